import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Catalogue } from '../contract/defined-catalogue.ts';
import { CatalogueError } from './catalogue-error.ts';
import { faultsOfProviders } from './check-providers.ts';
import { isDefinedCatalogue } from './define-catalogue.ts';
import { messageOf } from '../domain/message-of.ts';
import { ADOPTER_TOOLS, superscaleCatalogue, type CatalogueFile } from './adopter-tools.ts';
import { endingWithin } from './time-trial.ts';
import { faultOfTopLevel } from './top-level-trial.ts';

/** In a folder: the first of these that exists. */
const FILES_OF_FOLDER = ['catalogue.js', 'catalogue.mjs', 'catalogue.ts'];

/** For the top level of the file, and for its function. A file imports nothing but its own parts: far more than a slow disk takes. */
const LOAD_LIMIT_MS = 10_000;

type LoadOptions = {
  readonly limitMs?: number;
  /** The names of the providers that the process has adapters to; null: any. */
  readonly providers?: readonly string[] | null;
};

/**
 * Loads the catalogue of a file (.js, .mjs, or .ts where the process can load it) or of a folder with one; without a
 * name, the shipped one. Throws CatalogueError with every fault by its path, or why the file cannot be used.
 */
export async function loadCatalogue(
  file: string | null,
  { limitMs = LOAD_LIMIT_MS, providers = null }: LoadOptions = {},
): Promise<Catalogue> {
  if (file === null) return superscaleCatalogue(ADOPTER_TOOLS);
  const source = findFile(file);
  const exported = await importFrom(source, limitMs);
  let defined: unknown;
  try {
    defined = endingWithin(limitMs, exported)(ADOPTER_TOOLS);
  } catch (error) {
    if (error instanceof CatalogueError) throw new CatalogueError(error.faults, source);
    const fault = `it does not run: ${messageOf(error)}${placeOf(error, source)}`;
    throw new CatalogueError([{ path: '', fault }], source);
  }
  if (!isDefinedCatalogue(defined)) {
    throw new CatalogueError(
      [{ path: '', fault: 'it returns no catalogue: return defineCatalogue({ … })' }],
      source,
    );
  }
  const faults = providers === null ? [] : faultsOfProviders(defined.models, providers);
  if (faults.length > 0) throw new CatalogueError(faults, source);
  return defined;
}

function findFile(file: string): string {
  const absolute = path.resolve(file);
  if (!existsSync(absolute))
    throw new CatalogueError([{ path: '', fault: 'there is no such file' }], absolute);
  if (!statSync(absolute).isDirectory()) return absolute;
  const found = FILES_OF_FOLDER.map((name) => path.join(absolute, name)).find((name) => existsSync(name));
  if (found !== undefined) return found;
  const fault = `the folder has none of ${FILES_OF_FOLDER.join(', ')}`;
  throw new CatalogueError([{ path: '', fault }], absolute);
}

async function importFrom(source: string, limitMs: number): Promise<CatalogueFile> {
  const refusal = (why: string) =>
    new CatalogueError([{ path: '', fault: `it cannot be loaded: ${why}` }], source);
  const { href } = pathToFileURL(source);
  const endless = await faultOfTopLevel(href, limitMs);
  if (endless !== null) throw refusal(endless);
  let module: unknown;
  try {
    module = await import(href);
  } catch (error) {
    throw refusal(`${messageOf(error)}${placeOf(error, source)}`);
  }
  const exported = (module as { readonly catalogue?: unknown }).catalogue;
  if (typeof exported !== 'function') {
    const fault =
      'it exports no function `catalogue`: export const catalogue = ({ defineCatalogue, … }) => defineCatalogue({ … })';
    throw new CatalogueError([{ path: '', fault }], source);
  }
  return exported as CatalogueFile;
}

/** Where in the file an error came from. Of a syntax error that an import meets Node.js does not say it, and does when it checks the file. */
function placeOf(error: unknown, source: string): string {
  const names = [pathToFileURL(source).href, source];
  const at = stackOf(error)
    .split('\n')
    .find((line) => names.some((name) => line.includes(`${name}:`)));
  const line = at === undefined ? undefined : /:(\d+)(?::\d+)?\)?$/.exec(at)?.[1];
  if (line !== undefined) return ` (line ${line})`;
  return error instanceof SyntaxError ? `: node --check ${source} shows where` : '';
}

/** The file chooses what it throws: a stack that is no text, or cannot be read, names no line. */
function stackOf(error: unknown): string {
  try {
    return error instanceof Error ? String(error.stack) : '';
  } catch {
    return '';
  }
}
