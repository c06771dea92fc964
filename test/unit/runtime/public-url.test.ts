import { describe, expect, test } from 'vitest';
import { publicUrlOf } from '../../../runtime/settings/public-url.ts';

/** With PUBLIC_URL empty, links began with http://0.0.0.0:8787. */
describe('the address that links begin with', () => {
  test.each([
    ['0.0.0.0', 'http://127.0.0.1:8787'],
    ['::', 'http://127.0.0.1:8787'],
    ['127.0.0.1', 'http://127.0.0.1:8787'],
    ['::1', 'http://[::1]:8787'],
    ['api.internal', 'http://api.internal:8787'],
  ])('of an API that listens on %s can be called: %s', (host, url) => {
    expect(publicUrlOf({ publicUrl: null, host }, 8_787)).toBe(url);
  });

  test('is PUBLIC_URL where that is set, without its last slash', () => {
    expect(publicUrlOf({ publicUrl: 'https://api.example/', host: '0.0.0.0' }, 1)).toBe(
      'https://api.example',
    );
  });
});
