import { mkdtemp, realpath, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/** A folder of its own for one set of embedded parts, and its removal. */
export async function makeTemporaryHome(
  name: string,
): Promise<{ readonly home: string; readonly remove: () => Promise<void> }> {
  const home = await realpath(await mkdtemp(path.join(os.tmpdir(), `holdfast-${name}-`)));
  return { home, remove: () => rm(home, { recursive: true, force: true, maxRetries: 5 }) };
}
