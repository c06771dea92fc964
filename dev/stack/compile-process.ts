import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { MADE_FILES, madeFile } from './made-files.ts';

const CHECKOUT = path.join(import.meta.dirname, '..', '..');
type Program = { readonly name: string; readonly text: string };

const programs = new Map<string, Promise<Program>>();

/**
 * The program of a process as one file of JavaScript (0.1 s), so that it starts, and starts again, without a TypeScript
 * loader: that took a second of a worker's two and a half. A restart within one stack gets the same file.
 */
export async function compileProcess(entry: string): Promise<string> {
  const compiled = programs.get(entry) ?? compile(entry);
  programs.set(entry, compiled);
  const { name, text } = await compiled;
  // At every start: in a stack that has been up for long, the file may have been cleared away by another.
  return madeFile(name, () => text);
}

async function compile(entry: string): Promise<Program> {
  const { outputFiles } = await build({
    absWorkingDir: CHECKOUT,
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    sourcemap: 'inline',
    write: false,
    // From there the source map finds the sources.
    outdir: MADE_FILES,
    plugins: [whereItsSourceLies],
  });
  const text = outputFiles[0]?.text ?? '';
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
  return { name: `${entry.replaceAll(/\W/g, '-')}-${hash}.mjs`, text };
}

/** Code that looks for a file beside itself (migrations, prepared pictures) finds it beside its source. */
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
