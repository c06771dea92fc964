/**
 * `node dev/build-client-packages.mjs <folder>`: the packages for those who use Holdfast, each in a folder of its name.
 *
 * holdfast-client           over HTTP. Nothing but the platform: no dependency
 * holdfast-temporal-client  for backends that hold a Temporal connection. Its Temporal packages are the backend's, as peer
 *                           dependencies: two copies of them do not understand each other
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { printTypes } from './print-types.mjs';

const ROOT = path.join(import.meta.dirname, '..');
const HTTP = path.join('client', 'http');
const WHOLE = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
/** The backend brings them, in a version of its own choice that is not older than ours. */
const PEERS = ['@temporalio/client', '@temporalio/common'];
/** Plain definitions and validation: a copy of its own does no harm. */
const OWN = ['@temporalio/workflow', 'canonicalize', 'zod'];

export function buildClientPackages(folder) {
  const compiled = mkdtempSync(path.join(os.tmpdir(), 'holdfast-clients-'));
  try {
    const program = compile(compiled);
    buildHttpPackage(program, compiled, path.join(folder, 'holdfast-client'));
    buildTemporalPackage(compiled, path.join(folder, 'holdfast-temporal-client'));
  } finally {
    rmSync(compiled, { recursive: true, force: true });
  }
}

/** Both at once: they share most of what they are compiled from. Ends the process where it does not compile. */
function compile(outDir) {
  const file = path.join(ROOT, 'tsconfig.client.json');
  const { config } = ts.readConfigFile(file, ts.sys.readFile);
  const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT, { outDir }, file);
  const program = ts.createProgram(fileNames, options);
  // Types are checked with the whole tree: here they would be checked once more.
  const faults = [...program.getSyntacticDiagnostics(), ...program.emit().diagnostics];
  if (faults.length === 0) return program;
  console.error(
    ts.formatDiagnostics(faults, {
      getCanonicalFileName: String,
      getCurrentDirectory: () => ROOT,
      getNewLine: () => '\n',
    }),
  );
  process.exit(1);
}

function buildHttpPackage(program, compiled, target) {
  const lib = path.join(target, 'lib');
  rmSync(target, { recursive: true, force: true });
  cpSync(path.join(compiled, HTTP), lib, { recursive: true });
  // The compiler names a neighbour by its source in declarations, which not every tool follows.
  for (const name of readdirSync(lib).filter((file) => file.endsWith('.d.ts'))) {
    const file = path.join(lib, name);
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/(from '\.\/[\w-]+)\.ts'/g, "$1.js'"));
  }
  writeFileSync(
    path.join(lib, 'wire-types.d.ts'),
    printTypes(program, path.join(ROOT, HTTP, 'wire-types.ts')),
  );
  finish(target, path.join('client', 'http', 'README.md'), {
    name: 'holdfast-client',
    description: 'Holdfast over HTTP: quotes, jobs, events, files, webhooks.',
    exports: {
      '.': { types: './lib/http-client.d.ts', default: './lib/http-client.js' },
      './package.json': './package.json',
    },
  });
}

function buildTemporalPackage(compiled, target) {
  rmSync(target, { recursive: true, force: true });
  cpSync(compiled, target, { recursive: true, filter: (file) => path.relative(compiled, file) !== HTTP });
  finish(target, path.join('client', 'README.md'), {
    name: 'holdfast-temporal-client',
    description: 'Starts, awaits and cancels Holdfast jobs over a Temporal connection.',
    exports: {
      '.': { types: './client/temporal-client.d.ts', default: './client/temporal-client.js' },
      './package.json': './package.json',
    },
    dependencies: versionsOf(OWN),
    peerDependencies: versionsOf(PEERS, '^'),
  });
}

function versionsOf(names, prefix = '') {
  return Object.fromEntries(names.map((name) => [name, `${prefix}${WHOLE.dependencies[name]}`]));
}

function finish(target, readme, { name, description, ...rest }) {
  const { version, license, engines } = WHOLE;
  const manifest = { name, version, description, license, type: 'module', engines, ...rest };
  writeFileSync(path.join(target, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  cpSync(path.join(ROOT, readme), path.join(target, 'README.md'));
  cpSync(path.join(ROOT, 'LICENSE'), path.join(target, 'LICENSE'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2];
  if (folder === undefined) throw new Error('usage: build-client-packages.mjs <folder>');
  buildClientPackages(path.resolve(folder));
}
