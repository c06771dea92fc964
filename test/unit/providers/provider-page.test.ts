import { expect, test } from 'vitest';
import { providerPageOf } from '../../../domain/support/provider-page.ts';

test.each([
  ['replicate', 'rrr4z55', 'https://replicate.com/p/rrr4z55'],
  ['replicate', 'a/../b?c', 'https://replicate.com/p/a%2F..%2Fb%3Fc'],
  ['studio', 'https://studio.example/jobs/7', 'https://studio.example/jobs/7'],
  ['studio', 'javascript:alert(1)', null],
  ['studio', '7', null],
  ['constructor', '7', null],
  ['replicate', null, null],
])('a job of provider %s with the id %s has the page %s', (provider, id, page) => {
  expect(providerPageOf(provider, id)).toBe(page);
});
