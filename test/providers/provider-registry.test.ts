import { describe, expect, it } from 'vitest';
import { createGenericProvider } from '../../activities/providers/generic/generic-provider.ts';
import { createProviderRegistry } from '../../activities/providers/provider-registry.ts';

const local = createGenericProvider({ name: 'local', baseUrl: 'http://127.0.0.1:1' });

describe('the provider registry', () => {
  it('finds a provider by its name', () => {
    expect(createProviderRegistry([local]).get('local')).toBe(local);
  });

  it('names the known providers when one is unknown', () => {
    expect(() => createProviderRegistry([local]).get('fal')).toThrow(
      new RangeError('no provider is named "fal"; there are: local'),
    );
  });

  it('refuses two providers of one name', () => {
    expect(() => createProviderRegistry([local, local])).toThrow(RangeError);
  });
});
