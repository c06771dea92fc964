import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { MADE_FILES, madeFile } from './made-files.ts';

const CHECKOUT = path.join(import.meta.dirname, '..', '..');
const compiled = new Map<string, Promise<string>>();

/**
 * The program of a process as one file of JavaScript (0.1 s), so that it starts, and starts again, without a TypeScript
 * loader: that took a second of a worker's two and a half. A restart within one stack gets the same file.
 */
export function compileProcess(entry: string): Promise<string> {
  const file = compiled.get(entry) ?? compile(entry);
  compiled.set(entry, file);
  return file;
}

async function compile(entry: string): Promise<string> {
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
  const program = outputFiles[0]?.text ?? '';
  const hash = createHash('sha256').update(program).digest('hex').slice(0, 16);
  return madeFile(`${entry.replaceAll(/\W/g, '-')}-${hash}.mjs`, () => program);
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
