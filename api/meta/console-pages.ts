import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { z } from 'zod';
import { settingFault } from '../../runtime/settings/setting-fault.ts';

/** The output of `npm run build` for console/, beside the compiled code. */
const BUILT_PAGES = path.join(import.meta.dirname, '..', '..', 'console-pages.json');

/** The two consoles: the customer's and support's. */
export type Face = 'portal' | 'console';

type PageFile = {
  readonly type: string;
  readonly text: string;
  /** Compressed once, for all requests. */
  readonly gzip: Buffer;
};

/** The pages of the console, in memory: a few hundred kB. */
export type ConsolePages = {
  /** The HTML of a console; null: not built. */
  readonly htmlOf: (face: Face) => string | null;
  readonly file: (name: string) => PageFile | undefined;
};

const builtPages = z.object({
  html: z.record(z.string(), z.string()),
  files: z.array(z.object({ name: z.string(), type: z.string(), text: z.string() })),
});

/** For a process without pages, such as a test of its calls. */
export const NO_PAGES: ConsolePages = { htmlOf: () => null, file: () => undefined };

/**
 * Reads the built pages from `file`, or from beside the code, where a checkout has none. Throws ConfigurationError for
 * an invalid file.
 */
export function readConsolePages(file: string | null): ConsolePages {
  if (file === null) {
    const built = readIfThere(BUILT_PAGES);
    return built === null ? NO_PAGES : pagesOf(built);
  }
  try {
    return pagesOf(readFileSync(file, 'utf8'));
  } catch {
    throw settingFault('CONSOLE_PAGES', 'names a file that cannot be read, or that holds no built pages');
  }
}

function pagesOf(text: string): ConsolePages {
  const { html, files } = builtPages.parse(JSON.parse(text));
  const byName = new Map(files.map(({ name, ...file }) => [name, { ...file, gzip: gzipSync(file.text) }]));
  return { htmlOf: (face) => html[face] ?? null, file: (name) => byName.get(name) };
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
