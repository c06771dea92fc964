import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { compileProcess } from '../../../dev/stack/compile-process.ts';
import { chooseFreePorts, LOCAL_HOST } from '../../../dev/free-ports.ts';
import { createApiFixture, type ApiFixture, type TestAccount } from '../api-fixture.ts';

/** The process as an orchestrator starts it, with PostgreSQL behind a port that nothing listens on yet. */

const CHECKOUT = path.join(import.meta.dirname, '..', '..', '..');
const SOON = { timeout: 40_000, interval: 100 };

let api: ApiFixture;
let account: TestAccount;
let entry: string;
const children: ChildProcess[] = [];
const gates: net.Server[] = [];
beforeAll(async () => {
  api = await createApiFixture();
  account = await api.openAccount();
  entry = await compileProcess('api/main.ts');
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const gate of gates.splice(0)) gate.close();
});
afterAll(() => api.close());

async function start() {
  const ports = await chooseFreePorts({ api: 0, postgres: 0 });
  const databaseUrl = new URL(api.database.apiUrl);
  const target = { host: databaseUrl.hostname, port: Number(databaseUrl.port) };
  databaseUrl.host = `${LOCAL_HOST}:${String(ports.postgres)}`;
  const child = spawn(process.execPath, [entry], {
    cwd: CHECKOUT,
    env: {
      PATH: path.dirname(process.execPath),
      NODE_ENV: 'test',
      READY_LINE: 'true',
      API_PORT: String(ports.api),
      API_SHUTDOWN_NOTICE_SECONDS: '0',
      DATABASE_URL: databaseUrl.href,
      TEMPORAL_ADDRESS: inject('temporalAddress'),
      TEMPORAL_TASK_QUEUE: 'starts-without-postgres',
      ASSET_HOME: api.home,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
  const get = async (place: string) => {
    const response = await fetch(`http://${LOCAL_HOST}:${String(ports.api)}${place}`, {
      headers: { authorization: `Bearer ${account.key}` },
    });
    return { status: response.status, headers: response.headers, body: (await response.json()) as object };
  };
  await expect
    .poll(
      () =>
        get('/healthz').then(
          ({ status }) => status,
          () => null,
        ),
      SOON,
    )
    .toBe(200);
  return {
    child,
    get,
    said: () => said,
    /** PostgreSQL is back. */
    letIn: async () => {
      const gate = net.createServer((inward) => {
        const outward = net.connect(target.port, target.host);
        inward.pipe(outward).pipe(inward);
        for (const socket of [inward, outward]) socket.on('error', () => undefined);
      });
      gates.push(gate);
      gate.listen(ports.postgres, LOCAL_HOST);
      await once(gate, 'listening');
    },
  };
}

describe('an API that is started while PostgreSQL is away', () => {
  it('listens, says what it waits for, and serves once PostgreSQL is there', async () => {
    const { get, said, letIn } = await start();
    const ready = await get('/readyz');
    expect([ready.status, ready.body]).toMatchObject([
      503,
      {
        code: 'unavailable',
        detail: expect.stringContaining(
          'The price lists are not published yet. PostgreSQL refused a query of this process, or cannot be reached.',
        ) as string,
      },
    ]);
    const balance = await get('/v1/balance');
    expect([balance.status, balance.headers.has('retry-after'), balance.body]).toMatchObject([
      503,
      true,
      { code: 'unavailable', billed: 'no', retryable: true },
    ]);
    expect(said(), 'a supervisor is not told that it takes work').not.toContain('"ready":true');
    await letIn();
    await expect.poll(async () => (await get('/v1/balance')).status, SOON).toBe(200);
    await expect.poll(said).toContain('"ready":true');
    expect((await get('/readyz')).body).toMatchObject({
      detail: 'No worker polls the task queue starts-without-postgres.',
    });
  });

  it('ends in order on SIGTERM while it waits', async () => {
    const { child, said } = await start();
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code).toBe(0);
    await expect.poll(said).toContain('the process has shut down');
  });

  it('ends without serving a call where a version of its price list was published with other content', async () => {
    await api.owner.query("UPDATE ledger.price_lists SET hash = 'of another content'");
    const { child, get, said, letIn } = await start();
    const ended = once(child, 'exit');
    const statuses: number[] = [];
    await letIn();
    const asking = (async () => {
      while (child.exitCode === null)
        statuses.push(
          await get('/v1/balance').then(
            ({ status }) => status,
            () => 0,
          ),
        );
    })();
    const [code] = (await ended) as [number | null];
    await asking;
    expect(code).toBe(1);
    await expect.poll(said).toContain('was published with other content: publish a new version');
    expect(new Set(statuses), 'not once').not.toContain(200);
  });
});
