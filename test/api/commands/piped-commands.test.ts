import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createApiFixture, type ApiFixture, type TestAccount } from '../api-fixture.ts';

const run = promisify(execFile);
const CHECKOUT = path.join(import.meta.dirname, '..', '..', '..');

let api: ApiFixture;
let account: TestAccount;
beforeAll(async () => {
  api = await createApiFixture();
  account = await api.openAccount();
});
afterAll(async () => {
  await api.expectReconciled();
  await api.close();
});

/** A line of a page, as a shell in the checkout has it. */
const shell = (line: string) =>
  run('/bin/sh', ['-ec', line], {
    cwd: CHECKOUT,
    env: {
      PATH: `${path.dirname(process.execPath)}:/usr/bin:/bin`,
      HOLDFAST_HOME: api.home,
      HOLDFAST_API_URL: api.url,
      HOLDFAST_PLATFORM_KEY: api.platformKey,
      DATABASE_URL: api.database.workerUrl,
    },
  });

const field = (expression: string) => `node -p 'JSON.parse(fs.readFileSync(0)).${expression}'`;

it('a statement that is redirected into a file is CSV from its first byte', async () => {
  const file = path.join(api.home, 'rows.csv');
  await shell(`./holdfast statement ${account.accountId} --csv > '${file}'`);
  expect((await readFile(file, 'utf8')).split('\r\n')[0]).toMatch(/^id,seq,/);
});

it('what --json prints into a pipe is JSON alone', async () => {
  const { stdout } = await shell(`./holdfast reconcile --json | ${field('ok')}`);
  expect(stdout).toBe('true\n');
  const silent = await shell(`npm run --silent holdfast -- reconcile --json | ${field('ok')}`);
  expect(silent.stdout).toBe('true\n');
});

it('key create --json prints the secret of the new key into a pipe, and the API accepts it', async () => {
  const { stdout } = await shell(
    `./holdfast key create --name site --scope credits:read --account ${account.accountId} --json | ${field('secret')}`,
  );
  const answer = await api.call('/v1/balance', { key: stdout.trim() });
  expect(answer.json()).toMatchObject({ account_id: account.accountId });
});

it('a command whose pipe is closed early ends without an error', async () => {
  const { stdout, stderr } = await shell(`./holdfast statement ${account.accountId} --csv | head -c 3`);
  expect([stdout, stderr]).toEqual(['id,', '']);
});
