import { expect, test } from 'vitest';
import { createProviders } from '../../worker/create-providers.ts';

const NO_URLS = { local: null, gpu: null, openai: null, replicate: null, fal: null };
const KEYS = { local: null, gpu: 'key', openai: 'key', replicate: 'key', fal: 'key' };

test('a worker has an adapter for each model service whose address is set, under the name that models use', () => {
  const namesWith = (urls: Partial<Record<keyof typeof NO_URLS, string>>) =>
    createProviders({ modelServices: { ...NO_URLS, ...urls }, modelServiceKeys: KEYS }).map(
      ({ name }) => name,
    );
  expect(namesWith({})).toEqual([]);
  const names = ['local', 'gpu', 'openai', 'replicate', 'fal'] as const;
  for (const name of names) expect(namesWith({ [name]: 'https://service.test' })).toEqual([name]);
  expect(namesWith(Object.fromEntries(names.map((name) => [name, 'https://service.test'])))).toEqual([
    ...names,
  ]);
});
