import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { CACHE_FOLDER, cachedFile } from './build-cache.ts';

const CHECKOUT = path.join(import.meta.dirname, '..', '..');
/** The program, then what it loads on demand. */
type Program = readonly { readonly name: string; readonly text: string }[];

const programs = new Map<string, Promise<Program>>();

/**
 * A process's program as JavaScript (0.1 s), so that it starts without a TypeScript loader, which took a second of a
 * worker's two and a half. What it imports while it runs stays a file of its own. A restart within one stack gets the
 * same files.
 */
export async function compileProcess(entry: string): Promise<string> {
  const compiled = programs.get(entry) ?? compile(entry);
  programs.set(entry, compiled);
  // At every start: another stack may have cleared away a file meanwhile.
  const [program = ''] = await Promise.all(
    (await compiled).map(({ name, text }) => cachedFile(name, () => text)),
  );
  return program;
}

async function compile(entry: string): Promise<Program> {
  const { outputFiles } = await build({
    absWorkingDir: CHECKOUT,
    entryPoints: [entry],
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    sourcemap: 'inline',
    // Node reads them from where the map says they lie.
    sourcesContent: false,
    write: false,
    // From there the source map finds the sources.
    outdir: CACHE_FOLDER,
    entryNames: `${entry.replaceAll(/\W/g, '-')}-[hash]`,
    // Named by their content, since they import each other by name.
    chunkNames: '[name]-[hash]',
    outExtension: { '.js': '.mjs' },
    plugins: [whereItsSourceLies],
  });
  return outputFiles.map(({ path: file, text }) => ({ name: path.basename(file), text }));
}

/** Code that looks for a file beside itself (migrations, prepared pictures) must find it beside its source. */
const whereItsSourceLies: Plugin = {
  name: 'where-its-source-lies',
  setup(bundle) {
    bundle.onLoad({ filter: /\.ts$/ }, async ({ path: file }) => {
      const source = await readFile(file, 'utf8');
      const contents = source
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(file).href))
        .replaceAll('import.meta.dirname', JSON.stringify(path.dirname(file)));
      return { contents, loader: 'ts' };
    });
  },
};
