import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { MUTANTS } from '../mutants/mutants.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** `npm run mutants` takes half an hour and is run by hand: that its faults still fit the code is seen here. */
test('there are at least forty mutants, each of which fits its file once, and names tests that are there', async () => {
  expect(MUTANTS.length).toBeGreaterThanOrEqual(40);
  for (const { name, file, find, tests } of MUTANTS) {
    const places = (await readFile(path.join(ROOT, file), 'utf8')).split(find).length - 1;
    expect([name, places]).toEqual([name, 1]);
    const [tier, ...files] = tests;
    for (const test of files) await access(path.join(ROOT, 'test', tier, `${test}.test.ts`));
  }
});
