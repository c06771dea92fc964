import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import type { BrowserConfig } from '../../dev/dev-config.ts';

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome'];

export const NO_BROWSER =
  'There is no Chromium to play films in. Install one (Debian: apt-get install chromium) or set HOLDFAST_CHROMIUM to its program.';

/** The browser's program: the one named, or the first on PATH; null where there is none. Throws when one is required. */
export function findBrowser({ program, isRequired, searchPath }: BrowserConfig): string | null {
  const candidates =
    program === null
      ? PROGRAMS.flatMap((name) => searchPath.map((folder) => path.join(folder, name)))
      : [program];
  const found = candidates.find(isExecutable) ?? null;
  // A named program is used, or the run fails: it is not skipped.
  if (found === null && (isRequired || program !== null)) throw new Error(NO_BROWSER);
  return found;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
