import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';

const CHECKOUT = path.join(import.meta.dirname, '..', '..');
/** What a bundle is made of: workflow code and the rules it uses. */
const SOURCE_FOLDERS = ['workflows', 'domain'];
/** Beside the compiler caches of other tools, shared by all stacks of a checkout; gone with node_modules. */
const CACHE_FOLDER = path.join(CHECKOUT, 'node_modules', '.cache', 'holdfast');
/** Enough for a branch or two; a bundle is about 1.5 MB. */
const KEPT_BUNDLES = 4;

/**
 * The file with the workflow bundle of the present sources, made when it is not in the cache (2 to 3 s). A worker that
 * is given it starts, and restarts, without bundling. Made by the SDK's own version, which is part of the key.
 */
export async function bundleWorkflows(): Promise<string> {
  const file = path.join(CACHE_FOLDER, `workflow-bundle-${await sourceHash()}.js`);
  if ((await stat(file).catch(() => null)) !== null) return file;
  // Loaded only when needed: with its compiler it takes a second.
  const { bundleWorkflowCode, DefaultLogger } = await import('@temporalio/worker');
  const { code } = await bundleWorkflowCode({
    workflowsPath: path.join(CHECKOUT, 'workflows', 'index.ts'),
    logger: new DefaultLogger('WARN'),
  });
  await mkdir(CACHE_FOLDER, { recursive: true });
  // Two may make it at once, in one process too: each its own draft.
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, code);
  await rename(draft, file);
  await removeOldBundles();
  return file;
}

async function sourceHash(): Promise<string> {
  const hash = createHash('sha256');
  const sdk = createRequire(import.meta.url).resolve('@temporalio/worker/package.json');
  hash.update(await readFile(sdk));
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

async function removeOldBundles(): Promise<void> {
  const files = (await readdir(CACHE_FOLDER)).filter((name) =>
    /^workflow-bundle-[0-9a-f]{16}\.js$/.test(name),
  );
  const dated = await Promise.all(
    files.map(async (name) => {
      // Another may be removing it.
      const found = await stat(path.join(CACHE_FOLDER, name)).catch(() => null);
      return { name, mtimeMs: found?.mtimeMs ?? 0 };
    }),
  );
  dated.sort((a, b) => b.mtimeMs - a.mtimeMs);
  for (const { name } of dated.slice(KEPT_BUNDLES)) await rm(path.join(CACHE_FOLDER, name), { force: true });
}
