import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { TEMPORAL_CLI_VERSION } from '../../dev/temporal-server/temporal-version.ts';

const run = promisify(execFile);
const DEV = path.join(import.meta.dirname, '..', '..', 'dev');

test('set-up says nothing, and needs no network, when there is nothing to do', async () => {
  const offline = { PATH: '/nowhere', npm_execpath: '/nowhere' };
  const { stdout, stderr } = await run(process.execPath, [path.join(DEV, 'set-up.mjs'), '--quiet'], {
    env: offline,
  });
  expect(stdout + stderr).toBe('');
});

test('the Temporal server that is built is the one whose version names its cache', async () => {
  const goModule = await readFile(path.join(DEV, 'temporal-server', 'go.mod'), 'utf8');
  expect(goModule).toContain(`github.com/temporalio/cli v${TEMPORAL_CLI_VERSION} `);
});
