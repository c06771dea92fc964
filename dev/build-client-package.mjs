/**
 * `node dev/build-client-package.mjs <folder>`: the package `holdfast-client`, for backends that hold a Temporal connection.
 * It has its own package.json because its Temporal packages are the backend's, as peer dependencies: two copies of them do
 * not understand each other.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.join(import.meta.dirname, '..');
const TSC = path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
/** The backend brings them, in a version of its own choice that is not older than ours. */
const PEERS = ['@temporalio/client', '@temporalio/common'];
/** Plain definitions and validation: a copy of its own does no harm. */
const OWN = ['@temporalio/workflow', 'canonicalize', 'zod'];

export function buildClientPackage(folder) {
  rmSync(folder, { recursive: true, force: true });
  const compiled = spawnSync(process.execPath, [TSC, '-p', 'tsconfig.client.json', '--outDir', folder], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  if (compiled.status !== 0) process.exit(1);
  writeFileSync(path.join(folder, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`);
  cpSync(path.join(ROOT, 'client', 'README.md'), path.join(folder, 'README.md'));
  cpSync(path.join(ROOT, 'LICENSE'), path.join(folder, 'LICENSE'));
}

function manifest() {
  const whole = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
  const versions = (names, prefix = '') =>
    Object.fromEntries(names.map((name) => [name, `${prefix}${whole.dependencies[name]}`]));
  return {
    name: 'holdfast-client',
    version: whole.version,
    description: 'Starts, awaits and cancels Holdfast jobs over a Temporal connection.',
    license: whole.license,
    type: 'module',
    engines: whole.engines,
    exports: {
      '.': { types: './client/holdfast-client.d.ts', default: './client/holdfast-client.js' },
      './package.json': './package.json',
    },
    dependencies: versions(OWN),
    peerDependencies: versions(PEERS, '^'),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2];
  if (folder === undefined) throw new Error('usage: build-client-package.mjs <folder>');
  buildClientPackage(path.resolve(folder));
}
