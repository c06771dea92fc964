import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { imageContentIn, type ImageContent } from './image-content.ts';
import './provided-context.ts';
import { makeTemporaryHome } from './temporary-home.ts';

const run = promisify(execFile);
const CHECKOUT = path.join(import.meta.dirname, '..', '..');
const LIMIT_MS = 240_000;

/**
 * Begins to make what the Dockerfile makes: the build context as .dockerignore leaves it, built there, and beside it the folder of
 * the image with production dependencies only. The tests of other tiers need not wait for it; those of this one do (image-content.ts).
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { home, remove } = await makeTemporaryHome('packed');
  const copy = imageContentIn(home);
  const making = makeCopy(copy).then(
    () => writeFile(copy.ready, ''),
    (error: unknown) => writeFile(copy.failed, String(error)),
  );
  project.provide('imageContent', copy);
  return async () => {
    await making;
    await remove();
  };
}

async function makeCopy({ context, app }: ImageContent): Promise<void> {
  await copyContext(context);
  await mkdir(app);
  for (const file of ['package.json', 'package-lock.json', '.npmrc', 'LICENSE']) {
    await cp(path.join(context, file), path.join(app, file));
  }
  await Promise.all([
    run(process.execPath, ['dev/build.mjs', path.join(app, 'dist')], { cwd: context, timeout: LIMIT_MS }),
    keepProductionDependencies(app),
  ]);
}

/** .dockerignore says what comes in; all else stays out. */
async function copyContext(context: string): Promise<void> {
  const ignored = await readFile(path.join(CHECKOUT, '.dockerignore'), 'utf8');
  for (const [, name = ''] of ignored.matchAll(/^!(\S+)$/gm)) {
    await cp(path.join(CHECKOUT, name), path.join(context, name), { recursive: true });
  }
  await symlink(path.join(CHECKOUT, 'node_modules'), path.join(context, 'node_modules'));
}

/** The packages that `npm ci --omit=dev` installs, for a tenth of the work: links to the checkout's, of which npm removes the others. */
async function keepProductionDependencies(app: string): Promise<void> {
  const packages = path.join(CHECKOUT, 'node_modules');
  const target = path.join(app, 'node_modules');
  // Other tiers write to the caches meanwhile, and no image has them.
  const names = (await readdir(packages)).filter((name) => name !== '.cache');
  const copyBy = async (how: string) => {
    await rm(target, { recursive: true, force: true });
    await mkdir(target);
    await run('cp', [how, ...names.map((name) => path.join(packages, name)), target]);
  };
  // Links cost nothing; where the temporary folder is another file system there are none.
  await copyBy('-Rl').catch(() => copyBy('-R'));
  // npm writes its list of what is installed in place: the checkout's is not to become this one.
  const list = path.join('node_modules', '.package-lock.json');
  await rm(path.join(app, list));
  await cp(path.join(CHECKOUT, list), path.join(app, list));
  await run('npm', ['prune', '--omit=dev', '--offline', '--no-audit', '--no-fund'], {
    cwd: app,
    timeout: LIMIT_MS,
  });
}
