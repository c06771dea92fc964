import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const CHECKOUT = path.join(import.meta.dirname, '..', '..');
const MEASURED = 'docs/benchmarks.md';
const PAGES = [
  'README.md',
  ...readdirSync(path.join(CHECKOUT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.posix.join('docs', name.split(path.sep).join('/'))),
];
const RATE = /\d (?:cycles\/s|jobs a second)/;

test('docs/benchmarks.md is the only page with a rate of the ledger or of a stack', () => {
  const withRate = PAGES.filter((page) => RATE.test(readFileSync(path.join(CHECKOUT, page), 'utf8')));
  expect(withRate).toEqual([MEASURED]);
});
