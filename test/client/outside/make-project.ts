import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const CHECKOUT = path.join(import.meta.dirname, '..', '..', '..');
const PACKAGES = path.join(CHECKOUT, 'node_modules');

type Manifest = {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
};

/**
 * An empty project with copies of its own of everything: what npm installs for `holdfast-client` and its peers, without a
 * registry. Returns the folder.
 */
export async function makeProject(folder: string, clientPackage: string): Promise<string> {
  const modules = path.join(folder, 'node_modules');
  await mkdir(modules, { recursive: true });
  await writeFile(
    path.join(folder, 'package.json'),
    '{ "name": "backend", "private": true, "type": "module" }\n',
  );
  await run('cp', ['-R', clientPackage, path.join(modules, 'holdfast-client')]);
  const { dependencies, peerDependencies } = await manifestOf(clientPackage);
  await copyPackages(Object.keys({ ...dependencies, ...peerDependencies }), modules);
  return folder;
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
    // What is nested in a package has come with it; more than is needed does no harm.
    wanted.push(...Object.keys((await manifestOf(from)).dependencies ?? {}));
  }
}

async function manifestOf(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')) as Manifest;
}
