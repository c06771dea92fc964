import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { RESPOND_WITHIN_MS } from '../../../api/http/request/request-timeout.ts';
import {
  createApiFixture,
  expectProblem,
  STATIC_AD,
  type ApiFixture,
  type TestAccount,
} from '../api-fixture.ts';
import { createFreezableProxy, type FreezableProxy } from '../http/freezable-proxy.ts';

let proxy: FreezableProxy;
/** Its PostgreSQL can be frozen. */
let freezable: ApiFixture;
/** No worker listens to its task queue. */
let unheard: ApiFixture;
beforeAll(async () => {
  const server = new URL(inject('databaseOwnerUrl'));
  proxy = await createFreezableProxy({ host: server.hostname, port: Number(server.port) });
  freezable = await createApiFixture({
    databaseUrl: (apiUrl) => {
      const url = new URL(apiUrl);
      url.hostname = '127.0.0.1';
      url.port = String(proxy.port);
      return url.href;
    },
  });
  unheard = await createApiFixture();
});
afterAll(async () => {
  await Promise.all([freezable.close(), unheard.close()]);
  await proxy.close();
});

it('the limit of every response (raw-requests.test.ts) leaves a caller its 503 within 15 s', () => {
  expect(RESPOND_WITHIN_MS).toBeLessThan(15_000);
});

const submit = (api: ApiFixture, account: TestAccount, key: string) =>
  api.call('/v1/jobs', { key: account.key, body: STATIC_AD, headers: { 'Idempotency-Key': key } });

it.concurrent(
  'an API responds 503 while PostgreSQL is frozen, and serves again afterwards',
  async ({ expect }) => {
    const api = freezable;
    const account = await api.openAccount();
    expect((await api.call('/v1/balance', { key: account.key })).status).toBe(200);
    proxy.freeze();
    const answers = await Promise.all([
      submit(api, account, 'frozen'),
      api.call('/v1/balance', { key: account.key }),
      api.call('/v1/entries', { key: account.key }),
      api.call('/readyz'),
    ]);
    for (const answer of answers) {
      expect(expectProblem(answer, 503, 'unavailable')).toMatchObject({ billed: 'no', retryable: true });
      expect(answer.headers.has('retry-after')).toBe(true);
    }
    expect((await api.call('/healthz')).status).toBe(200);
    proxy.thaw();
    await expect.poll(async () => (await api.call('/v1/balance', { key: account.key })).status).toBe(200);
  },
  40_000,
);

it.concurrent(
  'a submission whose start times out has billed unknown, and its key finds the job once a worker has admitted it',
  async () => {
    const api = unheard;
    const account = await api.openAccount();
    const answer = await submit(api, account, 'no-worker');
    expect(expectProblem(answer, 503, 'unavailable')).toMatchObject({ billed: 'unknown', retryable: true });

    // A worker admits it after all: the same key finds the job.
    await api.admitJob(account.accountId, 'no-worker');
    const replayed = await submit(api, account, 'no-worker');
    expect([replayed.status, replayed.headers.get('idempotent-replayed')]).toEqual([202, 'true']);
  },
  40_000,
);
