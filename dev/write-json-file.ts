import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** For files that hold keys: the owner's alone. */
const OWNER_ONLY = 0o600;

/**
 * Writes a small JSON file whole or not at all, readable by its owner only. Synchronous, so that two updates of one file
 * (a child's end and its restart) cannot overtake each other.
 */
export function writeJsonFile(file: string, content: unknown): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const draft = `${file}.${String(process.pid)}.new`;
  writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: OWNER_ONLY });
  renameSync(draft, file);
}
