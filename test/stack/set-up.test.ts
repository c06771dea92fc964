import { execFile } from 'node:child_process';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { makeTemporaryHome } from '../harness/temporary-home.ts';
import { TEMPORAL_CLI_VERSION } from '../../dev/temporal-server/temporal-version.ts';

const run = promisify(execFile);
const DEV = path.join(import.meta.dirname, '..', '..', 'dev');

test('set-up prints nothing and needs no network if there is nothing to do', async () => {
  const offline = { PATH: '/nowhere', npm_execpath: '/nowhere' };
  const { stdout, stderr } = await run(process.execPath, [path.join(DEV, 'set-up.mjs'), '--quiet'], {
    env: offline,
  });
  expect(stdout + stderr).toBe('');
});

/** A checkout with only the set-up and npm's records in it, and no npm to run. */
async function setUpWith(installed: object): Promise<{ readonly code: number; readonly stderr: string }> {
  const { home, remove } = await makeTemporaryHome('set-up');
  try {
    await Promise.all(['dev', 'node_modules'].map((folder) => mkdir(path.join(home, folder))));
    await copyFile(path.join(DEV, 'set-up.mjs'), path.join(home, 'dev', 'set-up.mjs'));
    await writeFile(path.join(home, 'package-lock.json'), JSON.stringify({ packages: WANTED }));
    await writeFile(
      path.join(home, 'node_modules', '.package-lock.json'),
      JSON.stringify({ packages: installed }),
    );
    const ended = await run(process.execPath, [path.join(home, 'dev', 'set-up.mjs'), '--quiet'], {
      env: { PATH: '/nowhere' },
    }).catch((error: unknown) => error as { code: number; stderr: string });
    return { code: 'code' in ended ? ended.code : 0, stderr: ended.stderr };
  } finally {
    await remove();
  }
}

const PACKAGES = {
  'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
  'node_modules/b': { version: '2.0.0', integrity: 'sha512-b' },
};
const WANTED = {
  '': { name: 'holdfast' },
  ...PACKAGES,
  'node_modules/of-another-system': { version: '3.0.0', integrity: 'sha512-c', optional: true },
};

test('set-up installs nothing if npm’s record has the wanted packages', async () => {
  expect(await setUpWith(PACKAGES)).toEqual({ code: 0, stderr: '' });
});

test.each<[string, object]>([
  ['another version', { ...PACKAGES, 'node_modules/a': { version: '1.0.1', integrity: 'sha512-d' } }],
  ['a package too few', { 'node_modules/a': PACKAGES['node_modules/a'] }],
  ['a package too many', { ...PACKAGES, 'node_modules/z': { version: '1.0.0', integrity: 'sha512-z' } }],
])('set-up installs if npm’s record has %s', async (_what, installed) => {
  const { code, stderr } = await setUpWith(installed);
  expect([code, stderr]).toEqual([1, expect.stringContaining('installing dependencies (npm ci)')]);
});

test('the Temporal server is built at the version that names its cache', async () => {
  const goModule = await readFile(path.join(DEV, 'temporal-server', 'go.mod'), 'utf8');
  expect(goModule).toContain(`github.com/temporalio/cli v${TEMPORAL_CLI_VERSION} `);
});

test.each<[string, string | null]>([
  ['is not installed', null],
  ['can install nothing', '#!/bin/sh\necho "no network" >&2\necho "none at all" >&2\nexit 1\n'],
])('fuzzing says in one line that it is skipped, and ends with 0, where python3 %s', async (_why, python) => {
  const { home, remove } = await makeTemporaryHome('no-python');
  try {
    if (python !== null) await writeFile(path.join(home, 'python3'), python, { mode: 0o755 });
    const { stdout, stderr } = await run(
      process.execPath,
      ['--import', 'tsx', path.join(DEV, '..', 'test', 'fuzz', 'main.ts')],
      { env: { PATH: home, XDG_CACHE_HOME: home } },
    );
    expect([stdout, stderr]).toEqual([
      expect.stringMatching(/^SKIPPED: the document is not fuzzed\. schemathesis \S+ cannot be .+\n$/),
      '',
    ]);
  } finally {
    await remove();
  }
});
