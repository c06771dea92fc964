import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { ensureDatabase } from '../../dev/postgres/ensure-database.ts';
import '../harness/provided-context.ts';
import { TEST_ROLE_PASSWORD, withDatabase } from '../harness/template-database.ts';
import { makeTemporaryHome } from '../harness/temporary-home.ts';
import { service } from '../packaging/compose-file.ts';
import { IMAGE_CONTENT_LIMIT_MS, untilImageContent } from './until-image-content.ts';

const run = promisify(execFile);
const READY_LIMIT_MS = 60_000;
const DATABASE = 'packed_copy';
/** The commands as an operator runs them in production: from the folder of the image. */
const commandOf = (name: string) => (service(name).command ?? []).slice(1);

let app: string;
let home: Awaited<ReturnType<typeof makeTemporaryHome>>;
const started: ChildProcess[] = [];

beforeAll(async () => {
  home = await makeTemporaryHome('image-content');
  ({ app } = await untilImageContent());
  await ensureDatabase(inject('databaseOwnerUrl'), DATABASE);
}, IMAGE_CONTENT_LIMIT_MS);

afterAll(async () => {
  for (const child of started) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await home.remove();
});

function databaseUrl(role: string): string {
  const url = new URL(withDatabase(inject('databaseOwnerUrl'), DATABASE));
  url.username = role;
  url.password = TEST_ROLE_PASSWORD;
  return url.href;
}

function processEnvironment(role: string): Record<string, string> {
  return {
    NODE_ENV: 'production',
    READY_LINE: 'true',
    DATABASE_URL: databaseUrl(role),
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    TEMPORAL_TASK_QUEUE: 'image-content',
    ASSET_HOME: path.join(home.home, 'assets'),
    WORKFLOW_BUNDLE: path.join(app, 'dist', 'workflow-bundle.js'),
    API_PORT: '0',
    API_SHUTDOWN_NOTICE_SECONDS: '0',
    LINK_SECRETS: 'x'.repeat(48),
    WORKER_SHUTDOWN_GRACE_SECONDS: '1',
  };
}

function start(name: string, environment: Record<string, string>): ChildProcess {
  const child = spawn(process.execPath, commandOf(name), {
    cwd: app,
    env: { PATH: path.dirname(process.execPath), ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(child);
  return child;
}

/** Where package.json says that the command is. */
function packageBin(): string {
  const { bin } = JSON.parse(readFileSync(path.join(app, 'package.json'), 'utf8')) as {
    readonly bin: { readonly holdfast: string };
  };
  return bin.holdfast;
}

async function untilReady(child: ChildProcess): Promise<Record<string, unknown>> {
  const limit = AbortSignal.timeout(READY_LIMIT_MS);
  const lines = createInterface({ input: child.stdout!, signal: limit });
  const seen: string[] = [];
  for await (const line of lines) {
    if (line.startsWith('{"ready":true')) {
      child.stdout!.resume();
      return JSON.parse(line) as Record<string, unknown>;
    }
    seen.push(line);
  }
  throw new Error(`ended before it was ready:\n${seen.join('\n')}`);
}

async function endsCleanly(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  await once(child, 'exit');
  expect(child.exitCode).toBe(0);
}

describe('a packed copy with production dependencies only', () => {
  test('migrates a database, and again without effect', async () => {
    for (let times = 0; times < 2; times += 1) {
      const migrate = start('migrate', {
        DATABASE_OWNER_URL: withDatabase(inject('databaseOwnerUrl'), DATABASE),
        DATABASE_API_PASSWORD: TEST_ROLE_PASSWORD,
        DATABASE_WORKER_PASSWORD: TEST_ROLE_PASSWORD,
      });
      await once(migrate, 'exit');
      expect(migrate.exitCode).toBe(0);
    }
  });

  test('runs a worker to ready and ends it in order', async () => {
    const worker = start('worker', processEnvironment('holdfast_worker'));
    await untilReady(worker);
    await endsCleanly(worker);
  });

  test('runs an API to ready and ends it in order', async () => {
    const api = start('api', processEnvironment('holdfast_api'));
    await untilReady(api);
    await endsCleanly(api);
  });

  test('has the holdfast command, which checks the ledger and says what it lacks', async () => {
    const holdfast = path.join(app, packageBin());
    const asked = (env: Record<string, string>, ...args: readonly string[]) =>
      run(holdfast, args, { cwd: home.home, env: { PATH: path.dirname(process.execPath), ...env } }).catch(
        (error: unknown) => error,
      );
    const worker = { DATABASE_URL: databaseUrl('holdfast_worker') };
    expect(await asked(worker, 'reconcile', '--json')).toMatchObject({
      stdout: expect.stringMatching(/"ok": true/) as string,
      stderr: '',
    });
    expect(await asked({}, 'job', '--help')).toMatchObject({
      stdout: expect.stringMatching(/inspect.*<job>/) as string,
      stderr: '',
    });
    expect(await asked({}, 'reconcile')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/not set: DATABASE_URL/) as string,
    });
    expect(await asked({}, 'balance', 'acct_x')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/not set: HOLDFAST_API_URL, HOLDFAST_PLATFORM_KEY/) as string,
    });
  });

  test.each(['api', 'worker', 'migrate'])('%s says which variables it lacks', async (name) => {
    const [file, ...args] = [process.execPath, ...commandOf(name)];
    const failure = await run(file, args, { cwd: app, env: {} }).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/DATABASE_\w*URL is not set/) as string,
    });
  });
});
