import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const CHECKOUT = path.join(import.meta.dirname, '..', '..');

/** Made by commands, or of other projects. */
const NOT_OURS = new Set(['node_modules', 'dist', 'out', '.git', '.holdfast']);

/** The same thing of every folder that has one. */
const SAME_EVERYWHERE = new Set([
  'README.md',
  'main.ts',
  '0001_tables.sql',
  'go.mod',
  'go.sum',
  'tsconfig.json',
]);

/** All files of the checkout, as paths from it. */
function filesOf(folder: string): readonly string[] {
  return readdirSync(path.join(CHECKOUT, folder), { withFileTypes: true }).flatMap((entry) => {
    if (NOT_OURS.has(entry.name)) return [];
    const file = path.join(folder, entry.name);
    return entry.isDirectory() ? filesOf(file) : [file];
  });
}

test('a file name means one thing: no two files share one, so that a name in a log or a page says which file', () => {
  const files = filesOf('').filter((file) => !file.startsWith(path.join('test', 'replay', 'histories')));
  const byName = new Map<string, string[]>();
  for (const file of files) {
    const name = path.basename(file);
    if (!SAME_EVERYWHERE.has(name)) byName.set(name, [...(byName.get(name) ?? []), file]);
  }
  const shared = [...byName.values()].filter((sameName) => sameName.length > 1);
  expect(shared).toEqual([]);
  expect(files.length).toBeGreaterThan(500);
});

/** "About 25" in the layout's rule. Recorded histories are data. */
const MOST_FILES_OF_A_FOLDER = 30;

test('a folder of more files than a reader takes in at a glance has sub-folders by concept', () => {
  const perFolder = new Map<string, number>();
  for (const folder of filesOf('').map((file) => path.dirname(file))) {
    perFolder.set(folder, (perFolder.get(folder) ?? 0) + 1);
  }
  perFolder.delete(path.join('test', 'replay', 'histories'));
  const tooLarge = [...perFolder].filter(([, count]) => count > MOST_FILES_OF_A_FOLDER);
  expect(tooLarge).toEqual([]);
});
