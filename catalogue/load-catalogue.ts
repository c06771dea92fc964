import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Catalogue } from '../contract/defined-catalogue.ts';
import { CatalogueError } from './catalogue-error.ts';
import { isDefinedCatalogue } from './define-catalogue.ts';
import { messageOf } from '../domain/message-of.ts';
import { ADOPTER_TOOLS, superscaleCatalogue, type CatalogueFile } from './adopter-tools.ts';

/** In a folder: the first of these that exists. */
const FILES_OF_FOLDER = ['catalogue.js', 'catalogue.mjs', 'catalogue.ts'];

/** A file imports nothing but its own parts. Far more than a slow disk takes. */
const LOAD_LIMIT_MS = 10_000;

/**
 * Loads the catalogue of a file (.js, .mjs, or .ts where the process can load it) or of a folder with one; without a
 * name, the shipped one. Throws CatalogueError with every fault by its path, or why the file cannot be used.
 */
export async function loadCatalogue(file: string | null, limitMs = LOAD_LIMIT_MS): Promise<Catalogue> {
  if (file === null) return superscaleCatalogue(ADOPTER_TOOLS);
  const source = findFile(file);
  const exported = await importFrom(source, limitMs);
  let defined: unknown;
  try {
    defined = exported(ADOPTER_TOOLS);
  } catch (error) {
    if (error instanceof CatalogueError) throw new CatalogueError(error.faults, source);
    throw new CatalogueError([{ path: '', fault: `it does not run: ${messageOf(error)}` }], source);
  }
  if (!isDefinedCatalogue(defined)) {
    throw new CatalogueError(
      [{ path: '', fault: 'it returns no catalogue: return defineCatalogue({ … })' }],
      source,
    );
  }
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
  let module: unknown;
  try {
    module = await importWithin(source, limitMs);
  } catch (error) {
    throw new CatalogueError([{ path: '', fault: `it cannot be loaded: ${messageOf(error)}` }], source);
  }
  const exported = (module as { readonly catalogue?: unknown }).catalogue;
  if (typeof exported !== 'function') {
    const fault =
      'it exports no function `catalogue`: export const catalogue = ({ defineCatalogue, … }) => defineCatalogue({ … })';
    throw new CatalogueError([{ path: '', fault }], source);
  }
  return exported as CatalogueFile;
}

/** The timer keeps the process alive, too: Node ends one that waits for a module and for nothing else, with exit code 13 and no word of ours. */
async function importWithin(source: string, limitMs: number): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const seconds = String(limitMs / 1_000);
      reject(new Error(`its top level has not ended within ${seconds} s: let it await nothing`));
    }, limitMs);
  });
  try {
    return await Promise.race([import(pathToFileURL(source).href), limit]);
  } finally {
    clearTimeout(timer);
  }
}
