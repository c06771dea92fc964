import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { compileProcess } from '../../../dev/stack/compile-process.ts';
import { bundleWorkflows } from '../../../dev/stack/workflow-bundle.ts';
import { chooseFreePorts, LOCAL_HOST } from '../../../dev/free-ports.ts';
import { createClosableProxy, type ClosableProxy } from '../../harness/closable-proxy.ts';
import { makeTemporaryHome } from '../../harness/temporary-home.ts';
import { createTestDatabase, type TestDatabase } from '../../harness/test-database.ts';

/** The process as an orchestrator starts it, with PostgreSQL behind a port that nothing listens on yet. */

const CHECKOUT = path.join(import.meta.dirname, '..', '..', '..');
const SOON = { timeout: 40_000, interval: 100 };

let database: TestDatabase;
let home: Awaited<ReturnType<typeof makeTemporaryHome>>;
let proxy: ClosableProxy;
let worker: ChildProcess;
beforeAll(async () => {
  database = await createTestDatabase();
  home = await makeTemporaryHome('worker-start');
});
afterEach(async () => {
  worker.kill('SIGKILL');
  await proxy.close().catch(() => undefined);
});
afterAll(async () => {
  await database.close();
  await home.remove();
});

async function start() {
  const { health } = await chooseFreePorts({ health: 0 });
  proxy = await createClosableProxy();
  await proxy.close();
  proxy.forwardTo(database.workerUrl);
  const databaseUrl = new URL(database.workerUrl);
  databaseUrl.host = new URL(proxy.url).host;
  worker = spawn(process.execPath, [await compileProcess('worker/main.ts')], {
    cwd: CHECKOUT,
    env: {
      PATH: path.dirname(process.execPath),
      NODE_ENV: 'test',
      READY_LINE: 'true',
      DATABASE_URL: databaseUrl.href,
      TEMPORAL_ADDRESS: inject('temporalAddress'),
      TEMPORAL_TASK_QUEUE: 'worker-starts-without-postgres',
      ASSET_HOME: home.home,
      WORKFLOW_BUNDLE: await bundleWorkflows(),
      WORKER_HEALTH_ADDRESS: `${LOCAL_HOST}:${String(health)}`,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [worker.stdout, worker.stderr]) stream?.on('data', (chunk) => (said += String(chunk)));
  const ask = async () => {
    const response = await fetch(`http://${LOCAL_HOST}:${String(health)}/readyz`);
    return { status: response.status, body: await response.json() };
  };
  await expect.poll(() => ask().catch(() => null), SOON).not.toBeNull();
  const metrics = async () => (await fetch(`http://${LOCAL_HOST}:${String(health)}/metrics`)).text();
  return { ask, metrics, said: () => said };
}

test('a worker that starts while PostgreSQL is away says what it waits for, and takes work once it is back', async () => {
  const { ask, metrics, said } = await start();
  expect(await metrics(), 'beside the SDK’s').toContain('holdfast_database_up 0');
  expect(await ask()).toEqual({
    status: 503,
    body: {
      status: 'not ready',
      faults: [
        'This worker has not started yet.',
        'PostgreSQL refused a query of this process, or cannot be reached.',
      ],
    },
  });
  expect(said(), 'a supervisor is not told that it takes work').not.toContain('"ready":true');
  await proxy.reopen();
  await expect.poll(ask, SOON).toEqual({ status: 200, body: { status: 'ready' } });
  await expect.poll(said).toContain('"ready":true');
  // What was read of PostgreSQL is kept for 5 s.
  await expect.poll(metrics, SOON).toContain('holdfast_webhooks_pending 0');
  expect(await metrics()).toContain('process_resident_memory_bytes');
});

test('a worker that waits for PostgreSQL ends in order on a signal', async () => {
  const { said } = await start();
  worker.kill('SIGTERM');
  const [code] = (await once(worker, 'exit')) as [number | null];
  expect(code).toBe(0);
  await expect.poll(said).toContain('the process has shut down');
});
