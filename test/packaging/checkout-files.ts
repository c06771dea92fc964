import { readdirSync } from 'node:fs';
import path from 'node:path';

export const CHECKOUT = path.join(import.meta.dirname, '..', '..');

/** Made by commands, or of other projects. */
const NOT_OURS = new Set(['node_modules', 'dist', 'out', '.git', '.holdfast']);

/** All files of the checkout but recorded histories, which are data: as paths from it, with `/`. */
export const WRITTEN_FILES: readonly string[] = filesOf('').filter(
  (file) => !file.startsWith('test/replay/histories/'),
);

function filesOf(folder: string): readonly string[] {
  return readdirSync(path.join(CHECKOUT, folder), { withFileTypes: true }).flatMap((entry) => {
    if (NOT_OURS.has(entry.name)) return [];
    const file = path.posix.join(folder, entry.name);
    return entry.isDirectory() ? filesOf(file) : [file];
  });
}
