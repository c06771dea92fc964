import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';

const CHECKOUT = path.join(import.meta.dirname, '..', '..');
/** Beside the compiler caches of other tools, shared by all stacks of a checkout; gone with node_modules. */
export const CACHE_FOLDER = path.join(CHECKOUT, 'node_modules', '.cache', 'holdfast');
/** Far longer than a stack uses a file. */
const UNUSED_LIMIT_MS = 7 * 24 * 3_600_000;

/**
 * The path of a file made from sources, named by what it was made from, and made when it is missing. Two may make it at
 * once, each with its own draft.
 */
export async function cachedFile(name: string, make: () => Promise<string> | string): Promise<string> {
  const file = path.join(CACHE_FOLDER, name);
  const now = new Date();
  const isThere = await utimes(file, now, now).then(
    () => true,
    () => false,
  );
  if (isThere) return file;
  const content = await make();
  await mkdir(CACHE_FOLDER, { recursive: true });
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, content);
  await rename(draft, file);
  await removeUnused();
  return file;
}

async function removeUnused(): Promise<void> {
  for (const name of await readdir(CACHE_FOLDER)) {
    const file = path.join(CACHE_FOLDER, name);
    // Another may be removing it.
    const found = await stat(file).catch(() => null);
    if (found !== null && found.mtimeMs < Date.now() - UNUSED_LIMIT_MS) await rm(file, { force: true });
  }
}
