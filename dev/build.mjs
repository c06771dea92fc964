/**
 * `node dev/build.mjs [folder]`: builds what a machine in production runs, into dist/ or the folder: JavaScript with
 * source maps, the SQL beside it, and the workflow bundle, made by the SDK version that will run it.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { buildClientPackages } from './build-client-packages.mjs';
import { buildConsole } from './build-console.mjs';

const ROOT = path.join(import.meta.dirname, '..');
const DIST = path.resolve(process.argv[2] ?? path.join(ROOT, 'dist'));
const TSC = path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
/** Read at run time from beside the code: the SQL of a migration, and the page that the API serves. */
const DATA = [
  ...['ledger', 'jobs'].flatMap((schema) => [`${schema}/migrations`, `${schema}/functions`]),
  'jobs/grants.sql',
  'docs/http-api.md',
];

rmSync(DIST, { recursive: true, force: true });
// Types are checked by `npm run typecheck`, once and over all; to check them here again took a third of the build.
const compiled = spawnSync(
  process.execPath,
  [TSC, '-p', 'tsconfig.build.json', '--noCheck', '--outDir', DIST],
  { cwd: ROOT, stdio: 'inherit' },
);
if (compiled.status !== 0) process.exit(1);

for (const source of DATA) {
  cpSync(path.join(ROOT, source), path.join(DIST, source), {
    recursive: true,
    filter: (file) => ['', '.sql', '.md'].includes(path.extname(file)),
  });
}

// package.json's bin: npm does this where it installs a package, and the image has it without npm.
chmodSync(path.join(DIST, 'cli', 'main.js'), 0o755);

const { workflowSources } = await import(
  pathToFileURL(path.join(DIST, 'runtime', 'temporal', 'workflow-sources.js')).href
);
const { code } = await bundleWorkflowCode({
  // From source: the bundler looks for the SDK from where the workflows lie, which a target folder does not have.
  ...workflowSources(ROOT),
  logger: new DefaultLogger('WARN'),
});
writeFileSync(path.join(DIST, 'workflow-bundle.js'), code);
writeFileSync(path.join(DIST, 'console-pages.json'), await buildConsole());
buildClientPackages(path.join(DIST, 'client-packages'));
console.log(`built ${DIST} (${readdirSync(DIST).join(', ')})`);
