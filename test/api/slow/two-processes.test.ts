import { afterAll, beforeAll, expect, it } from 'vitest';
import { HoldfastClient, type Job } from '../../../client/http/http-client.ts';
import { STATIC_AD, type TestAccount } from '../api-fixture.ts';
import { createApiWithWorker, type ApiWithWorker } from '../api-with-worker.ts';
import { startApiProcess, type ApiProcess } from '../processes/api-process.ts';
import { createRoundRobin } from '../processes/round-robin.ts';

/** Two API processes on one database, as a deployment has them. */
const BURST = 40;
const SETTINGS = {
  TEMPORAL_TASK_QUEUE: 'two-processes',
  API_SHUTDOWN_NOTICE_SECONDS: '1',
  ALLOWED_ORIGINS: 'https://app.example.com,https://shop.example.com',
  // Quotes ask it nothing.
  MODEL_SERVICE_URL: 'http://127.0.0.1:9',
  // The key's limit is the subject; a platform key stands for a backend that reaches none.
  RATE_LIMITS: `key per_second=0.001 burst=${String(BURST)}, platform_key per_second=10000 burst=100000, account per_second=10000 burst=100000, address per_second=10000 burst=100000`,
};
/** Callers who send one request after the other. */
const CALLERS = 6;
const WATCHERS = 4;
/** The process is started anew under load, and jobs run meanwhile. */
const TIMEOUT_MS = 120_000;
const SOON = { timeout: 40_000 };

let api: ApiWithWorker;
let first: ApiProcess;
let second: ApiProcess;
let account: TestAccount;
beforeAll(async () => {
  api = await createApiWithWorker(SETTINGS.TEMPORAL_TASK_QUEUE);
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

it('a page of an origin in ALLOWED_ORIGINS may read the responses of a process, and no other page may', async () => {
  const readable = async (origin: string) => {
    const { headers } = await api.call('/healthz', { at: first.url, headers: { Origin: origin } });
    return headers.get('access-control-allow-origin');
  };
  for (const origin of SETTINGS.ALLOWED_ORIGINS.split(',')) expect(await readable(origin)).toBe(origin);
  expect(await readable('https://app.example.org')).toBeNull();
});

it(
  'no request is dropped and no event lost or doubled while one of two processes is replaced under load',
  async () => {
    const proxy = await createRoundRobin([first.port, second.port]);
    await expect.poll(() => proxy.inRotation().length, SOON).toBe(2);
    const of = { account: account.accountId };
    const holdfast = new HoldfastClient({ baseUrl: proxy.url, apiKey: api.platformKey });
    const [isOver, over] = [new AbortController(), new AbortController()];
    let opened = 0;
    const watch = async (heard: number[]) => {
      const options = { ...of, after: 0, signal: over.signal, onResponse: () => (opened += 1) };
      for await (const { sequence } of holdfast.events(options)) heard.push(sequence);
    };
    const heard = Array.from({ length: WATCHERS }, (): number[] => []);
    const watches = Promise.allSettled(heard.map(watch));
    // In turn: half of them at each process.
    await expect.poll(() => opened, SOON).toBe(WATCHERS);

    const headers = {
      Authorization: `Bearer ${api.platformKey}`,
      'Holdfast-Account': account.accountId,
      'Content-Type': 'application/json',
    };
    const post = (path: string, more: Readonly<Record<string, string>> = {}) =>
      fetch(`${proxy.url}${path}`, {
        ...{ method: 'POST', headers: { ...headers, ...more }, body: JSON.stringify(STATIC_AD) },
      });
    const caller = async () => {
      for (let n = 0; !isOver.signal.aborted; n += 1)
        await (n % 2 === 0 ? fetch(`${proxy.url}/v1/balance`, { headers }) : post('/v1/quotes'));
    };
    const submitter = async (prefer: Readonly<Record<string, string>>) => {
      for (let n = 0; !isOver.signal.aborted; n += 1) {
        const key = `${prefer['Prefer'] ?? 'at once'} ${String(n)}`;
        const answer = await post('/v1/jobs', { ...prefer, 'Idempotency-Key': key });
        const text = await answer.text();
        expect([200, 202], text).toContain(answer.status);
        const { id } = JSON.parse(text) as Job;
        expect(await holdfast.jobs.wait(id, of)).toMatchObject({ state: 'succeeded' });
      }
    };
    const load = Promise.all([
      ...Array.from({ length: CALLERS }, caller),
      ...[{}, { Prefer: 'wait=30' }, { Prefer: 'wait=40' }].map(submitter),
    ]);
    const sentOf = () => [...proxy.statuses.values()].reduce((sum, count) => sum + count, 0);
    await expect.poll(sentOf, SOON).toBeGreaterThan(50);

    const leaving = first.port;
    expect(await first.end()).toBe(0);
    expect(proxy.inRotation()).toEqual([second.port]);
    const whileAlone = sentOf();
    first = await startApiProcess(api, SETTINGS, leaving);
    await expect.poll(() => proxy.inRotation().length, SOON).toBe(2);
    await expect.poll(sentOf, SOON).toBeGreaterThan(whileAlone + 50);
    isOver.abort();
    await load;
    const past: number[] = [];
    for await (const { sequence } of holdfast.pastEvents({}, of)) past.push(sequence);
    await expect.poll(() => heard, SOON).toEqual(heard.map(() => past));
    expect(opened).toBeGreaterThan(WATCHERS);
    over.abort();
    await watches;
    await proxy.close();
    const unexpected = [...proxy.statuses.keys()].filter((status) => status !== 200 && status !== 202);
    expect(unexpected).toEqual([]);
    process.stdout.write(`test: ${String(sentOf())} requests while a process was replaced, none dropped\n`);
  },
  TIMEOUT_MS,
);
