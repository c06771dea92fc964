/**
 * `npm run client:check`: the examples of the client, from its tarball in an empty project, on the newest Node 20, 22 and 24, which npm
 * brings. `npm run test:slow` runs them on the Node it is run by, unless HOLDFAST_CLIENT_NODES names others: `--nodes` prints it, for .ci/run.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const VERSIONS = ['20', '22', '24'];
const ROOT = path.join(import.meta.dirname, '..');

const nodes = VERSIONS.map((version) => {
  const asked = ['exec', '--yes', `--package=node@${version}`, '--', 'node', '-p', 'process.execPath'];
  const { status, stdout } = spawnSync('npm', asked, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status === 0) return stdout.trim();
  console.error(`client:check: npm brought no Node ${version}`);
  process.exit(1);
});
if (process.argv.includes('--nodes')) {
  console.log(nodes.join(path.delimiter));
  process.exit(0);
}
const command = [process.execPath, path.join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run'];
const { status } = spawnSync(
  'env',
  [`HOLDFAST_CLIENT_NODES=${nodes.join(path.delimiter)}`, ...command, 'test/outside/outside-package.test.ts'],
  { cwd: ROOT, stdio: 'inherit' },
);
process.exit(status ?? 1);
