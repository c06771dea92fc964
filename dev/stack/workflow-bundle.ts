import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { workflowSources } from '../../runtime/temporal/workflow-sources.ts';
import { cachedFile } from './build-cache.ts';

const CHECKOUT = path.join(import.meta.dirname, '..', '..');
/** The sources of a bundle: workflow code, its messages, the rules it uses, and the bundler's options. */
const SOURCE_FOLDERS = ['workflows', 'contract', 'domain'];
const RECIPE = path.join('runtime', 'temporal', 'workflow-sources.ts');

/**
 * The file with the workflow bundle of the present sources, made when it is not cached (2 to 3 s). A worker with it
 * starts without bundling. The SDK's version is part of the key.
 */
export async function bundleWorkflows(): Promise<string> {
  return cachedFile(`workflow-bundle-${await sourceHash()}.js`, async () => {
    // Loaded on demand: with its compiler it takes a second.
    const { bundleWorkflowCode, DefaultLogger } = await import('@temporalio/worker');
    const { code } = await bundleWorkflowCode({
      ...workflowSources(CHECKOUT),
      logger: new DefaultLogger('WARN'),
    });
    return code;
  });
}

async function sourceHash(): Promise<string> {
  const hash = createHash('sha256');
  const sdk = createRequire(import.meta.url).resolve('@temporalio/worker/package.json');
  hash.update(await readFile(sdk));
  hash.update(await readFile(path.join(CHECKOUT, RECIPE)));
  for (const folder of SOURCE_FOLDERS) {
    const names = (await readdir(path.join(CHECKOUT, folder), { recursive: true })).filter((name) =>
      name.endsWith('.ts'),
    );
    for (const name of names.sort()) {
      hash.update(`\0${folder}/${name}\0`).update(await readFile(path.join(CHECKOUT, folder, name)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}
