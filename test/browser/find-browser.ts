import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { readBrowserConfig, type BrowserConfig } from '../../dev/dev-config.ts';

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome'];

export const NO_BROWSER =
  'There is no Chromium to play films in. Install one (Debian: apt-get install chromium) or set HOLDFAST_CHROMIUM to its program.';

/**
 * The browser's program for a test file, by the environment; null, with a warning that the file is skipped: there is none.
 * Throws like `findBrowser`.
 */
export function browserFor(testFile: string): string | null {
  const program = findBrowser(readBrowserConfig());
  if (program === null) console.warn(`SKIPPED: ${path.relative(process.cwd(), testFile)}. ${NO_BROWSER}`);
  return program;
}

/** The browser's program: the one named, or the first on PATH; null: none. Throws if one is required. */
export function findBrowser({ program, isRequired, searchPath }: BrowserConfig): string | null {
  const candidates =
    program === null
      ? PROGRAMS.flatMap((name) => searchPath.map((folder) => path.join(folder, name)))
      : [program];
  const found = candidates.find(isExecutable) ?? null;
  // A named program that is missing fails the run instead of skipping tests.
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
