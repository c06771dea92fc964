import { execFile } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const CHECKOUT = path.join(import.meta.dirname, '..', '..');
const PACKAGES = path.join(CHECKOUT, 'node_modules');

type Manifest = {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
};

/** The packages for users of Holdfast, as `npm run build` makes them, in a folder: each in one of its name. */
export async function buildClientPackages(folder: string): Promise<void> {
  await run(process.execPath, [path.join(CHECKOUT, 'dev', 'build-client-packages.mjs'), folder]);
}

/**
 * An empty project with copies of its own of everything: what npm installs for `holdfast-temporal-client` and its peers, without a
 * registry. Returns the folder.
 */
export async function makeBackend(folder: string, clientPackage: string): Promise<string> {
  const modules = path.join(folder, 'node_modules');
  await makeEmptyProject(folder);
  await run('cp', ['-R', clientPackage, path.join(modules, 'holdfast-temporal-client')]);
  const { dependencies, peerDependencies } = await manifestOf(clientPackage);
  await copyPackages(Object.keys({ ...dependencies, ...peerDependencies }), modules);
  return folder;
}

/** An empty project into which npm has installed the tarball of `holdfast-client`, and nothing else: it needs nothing else. */
export async function installTarball(folder: string, clientPackage: string): Promise<string> {
  await makeEmptyProject(folder);
  const npm = async (...args: readonly string[]) =>
    (await run('npm', [...args, '--offline', '--no-audit', '--no-fund'], { cwd: folder })).stdout.trim();
  const tarball = await npm('pack', '--silent', clientPackage);
  await npm('install', '--silent', `./${tarball}`);
  return folder;
}

/** Gives a project the compiler's view of Node, as `npm install --save-dev @types/node` does. */
export async function addNodeTypes(folder: string): Promise<void> {
  const modules = path.join(folder, 'node_modules');
  await mkdir(path.join(modules, '@types'), { recursive: true });
  for (const name of ['@types/node', 'undici-types']) {
    await symlink(path.join(PACKAGES, name), path.join(modules, name));
  }
}

async function makeEmptyProject(folder: string): Promise<void> {
  await mkdir(path.join(folder, 'node_modules'), { recursive: true });
  await writeFile(
    path.join(folder, 'package.json'),
    '{ "name": "backend", "private": true, "type": "module" }\n',
  );
}

/** Copies packages of the checkout, and what they depend on, into a folder of packages. */
async function copyPackages(names: readonly string[], modules: string): Promise<void> {
  const wanted = [...names];
  const copied = new Set<string>();
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    if (copied.has(name)) continue;
    copied.add(name);
    const from = path.join(PACKAGES, name);
    await mkdir(path.dirname(path.join(modules, name)), { recursive: true });
    await run('cp', ['-R', from, path.join(modules, name)]);
    // A package that is nested in another comes with it; more than is needed does no harm.
    wanted.push(...Object.keys((await manifestOf(from)).dependencies ?? {}));
  }
}

async function manifestOf(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')) as Manifest;
}
