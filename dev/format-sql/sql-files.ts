import { readdir } from 'node:fs/promises';
import path from 'node:path';

/** The folders of SQL that is written by hand; docs/schema.sql is written by a program. */
const SQL_FOLDERS = ['ledger', 'jobs'] as const;

/** Every file of SQL, by its path under the checkout, in order. */
export async function sqlFiles(root: string): Promise<readonly string[]> {
  const found = await Promise.all(
    SQL_FOLDERS.map(async (folder) => {
      const names = await readdir(path.join(root, folder), { recursive: true });
      return names.filter((name) => name.endsWith('.sql')).map((name) => path.join(folder, name));
    }),
  );
  return found.flat().sort();
}
