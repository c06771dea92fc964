import path from 'node:path';
import { expect, test } from 'vitest';
import { WRITTEN_FILES } from './checkout-files.ts';

/** The same thing of every folder that has one. */
const SAME_EVERYWHERE = new Set([
  'README.md',
  'main.ts',
  '0001_tables.sql',
  'go.mod',
  'go.sum',
  'tsconfig.json',
]);

test('a file name means one thing: no two files share one, so that a name in a log or a page says which file', () => {
  const byName = new Map<string, string[]>();
  for (const file of WRITTEN_FILES) {
    const name = path.basename(file);
    if (!SAME_EVERYWHERE.has(name)) byName.set(name, [...(byName.get(name) ?? []), file]);
  }
  const shared = [...byName.values()].filter((sameName) => sameName.length > 1);
  expect(shared).toEqual([]);
  expect(WRITTEN_FILES.length).toBeGreaterThan(500);
});

/** "About 25" in the layout's rule. Recorded histories are data. */
const MOST_FILES_OF_A_FOLDER = 30;

test('a folder of more files than a reader takes in at a glance has sub-folders by concept', () => {
  const perFolder = new Map<string, number>();
  for (const folder of WRITTEN_FILES.map((file) => path.dirname(file))) {
    perFolder.set(folder, (perFolder.get(folder) ?? 0) + 1);
  }
  const tooLarge = [...perFolder].filter(([, count]) => count > MOST_FILES_OF_A_FOLDER);
  expect(tooLarge).toEqual([]);
});
