import { afterAll, beforeAll, expect, it } from 'vitest';
import { STATIC_AD, type TestAccount } from '../api-fixture.ts';
import { createWorkedApi, type WorkedApi } from '../worked-api.ts';
import { startApiProcess, type ApiProcess } from './api-process.ts';
import { createRoundRobin } from './round-robin.ts';

/** Two API processes on one database, as a deployment has them. */
const BURST = 40;
const SETTINGS = {
  TEMPORAL_TASK_QUEUE: 'two-processes',
  API_SHUTDOWN_NOTICE_SECONDS: '1',
  // Quotes ask it nothing.
  MODEL_SERVICE_URL: 'http://127.0.0.1:9',
  // The key's limit is the subject; a platform key stands for a backend that reaches none.
  RATE_LIMITS: `key per_second=0.001 burst=${String(BURST)}, platform_key per_second=10000 burst=100000, account per_second=10000 burst=100000, address per_second=10000 burst=100000`,
};
/** Callers who send one request after the other. */
const CALLERS = 6;
const SOON = { timeout: 20_000 };

let api: WorkedApi;
let first: ApiProcess;
let second: ApiProcess;
let account: TestAccount;
beforeAll(async () => {
  api = await createWorkedApi(SETTINGS.TEMPORAL_TASK_QUEUE);
  [first, second] = await Promise.all([startApiProcess(api, SETTINGS), startApiProcess(api, SETTINGS)]);
  account = await api.openAccount(10_000);
});
afterAll(async () => {
  await Promise.all([first.end(), second.end()]);
  await api.close();
});

it('a key gets exactly its limit from all processes together', async () => {
  const key = await api.createKey(account.accountId, ['credits:read']);
  const statuses = await Promise.all(
    Array.from({ length: 2 * BURST }, async (_, n) => {
      const { status } = await api.call('/v1/balance', { key, at: (n % 2 === 0 ? first : second).url });
      return status;
    }),
  );
  expect(statuses.filter((status) => status === 200)).toHaveLength(BURST);
  expect(statuses.filter((status) => status === 429)).toHaveLength(BURST);
});

it('a key that was revoked is refused by every process a second later', async () => {
  const key = await api.createKey(account.accountId, ['credits:read']);
  const statuses = () =>
    Promise.all(
      [first, second].map(async ({ url }) => (await api.call('/v1/balance', { key, at: url })).status),
    );
  expect(await statuses()).toEqual([200, 200]);
  const { data } = (
    await api.call('/v1/keys?limit=1', {
      key: api.platformKey,
      headers: { 'Holdfast-Account': account.accountId },
    })
  ).json<{ data: { id: string }[] }>();
  const path = `/v1/keys/${data[0]?.id ?? ''}`;
  // Both hold it in their caches now, and the first is told.
  expect((await api.call(path, { method: 'DELETE', key: api.platformKey, at: first.url })).status).toBe(204);
  const revokedAt = performance.now();
  let servedMs = 0;
  const statusesNow = async () => {
    const askedMs = performance.now() - revokedAt;
    const now = await statuses();
    if (now.includes(200)) servedMs = askedMs;
    return now;
  };
  await expect.poll(statusesNow, { ...SOON, interval: 20 }).toEqual([401, 401]);
  // Of a request that is asked, not of how long its response takes.
  expect(servedMs).toBeLessThan(1_000);
});

it('no request is dropped while one of two processes is replaced under load', async () => {
  const proxy = await createRoundRobin([first.port, second.port]);
  await expect.poll(() => proxy.inRotation().length, SOON).toBe(2);
  const counts = new Map<number, number>();
  let isOver = false;
  const headers = {
    Authorization: `Bearer ${api.platformKey}`,
    'Holdfast-Account': account.accountId,
    'Content-Type': 'application/json',
  };
  const caller = async () => {
    for (let n = 0; !isOver; n += 1) {
      const { status } = await (n % 2 === 0
        ? fetch(`${proxy.url}/v1/balance`, { headers })
        : fetch(`${proxy.url}/v1/quotes`, { method: 'POST', headers, body: JSON.stringify(STATIC_AD) }));
      counts.set(status, (counts.get(status) ?? 0) + 1);
    }
  };
  const load = Promise.all(Array.from({ length: CALLERS }, caller));
  const sentOf = () => [...counts.values()].reduce((sum, count) => sum + count, 0);
  await expect.poll(sentOf, SOON).toBeGreaterThan(50);

  const leaving = first.port;
  expect(await first.end()).toBe(0);
  expect(proxy.inRotation()).toEqual([second.port]);
  const whileAlone = sentOf();
  first = await startApiProcess(api, SETTINGS, leaving);
  await expect.poll(() => proxy.inRotation().length, SOON).toBe(2);
  await expect.poll(sentOf, SOON).toBeGreaterThan(whileAlone + 50);
  isOver = true;
  await load;
  await proxy.close();
  expect([...counts.keys()]).toEqual([200]);
  process.stdout.write(`test: ${String(sentOf())} requests while a process was replaced, none dropped\n`);
});
