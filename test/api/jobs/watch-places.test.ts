import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DatabaseUnavailable } from '../../../api/http/available-database.ts';
import { awaitJobEnd } from '../../../api/jobs/await-job-end.ts';
import type { AccountExchange } from '../../../api/http/route.ts';
import type { StoredJob } from '../../../jobs/reads/read-job.ts';
import {
  createApiFixture,
  expectProblem,
  STATIC_AD,
  type ApiFixture,
  type TestAccount,
} from '../api-fixture.ts';
import { fail } from '../job-ending.ts';
import { connectRaw, headOf } from '../http/raw-http.ts';

let api: ApiFixture;
let greedy: TestAccount;
let other: TestAccount;
beforeAll(async () => {
  api = await createApiFixture({ watchPlaces: { ofProcess: 4, perAccount: 2 } });
  greedy = await api.openAccount();
  other = await api.openAccount();
});
afterAll(async () => {
  await api.expectReconciled();
  await api.close();
});

const SSE = { Accept: 'text/event-stream' };

/** Streams that are left open until their readers go. */
function createReaders() {
  const open: ReturnType<typeof connectRaw>[] = [];
  return {
    async watch({ key }: TestAccount, jobId: string): Promise<void> {
      const head = [['Authorization', `Bearer ${key}`] as const, ...Object.entries(SSE)];
      // The API sees a little later that the readers of an earlier test have gone: their places are refused until then.
      await expect
        .poll(async () => {
          const connection = connectRaw(api.url);
          connection.send(headOf(`GET /v1/jobs/${jobId}/events`, head));
          await expect.poll(() => connection.received()).toMatch(/job\.queued|"code":/);
          if (connection.received().includes('job.queued')) open.push(connection);
          else connection.close();
          return connection.received();
        })
        .toContain('job.queued');
    },
    go: () => {
      for (const connection of open) connection.close();
    },
  };
}

const readEvents = (account: TestAccount, jobId: string) =>
  api.call(`/v1/jobs/${jobId}/events`, { key: account.key, headers: SSE });

const submitAndWait = (account: TestAccount, key: string) =>
  api.call('/v1/jobs', {
    key: account.key,
    body: STATIC_AD,
    headers: { 'Idempotency-Key': key, Prefer: 'wait=30' },
  });

describe('a place to watch a job', () => {
  it('is refused beyond the limit of its account, and another account still gets one', async () => {
    const { jobId } = await api.admitJob(greedy.accountId, 'greedy');
    const { jobId: othersJob } = await api.admitJob(other.accountId, 'other');
    const readers = createReaders();
    for (let place = 0; place < 2; place++) await readers.watch(greedy, jobId);

    const refused = await readEvents(greedy, jobId);
    expect(expectProblem(refused, 429, 'rate_limited')).toMatchObject({
      billed: 'no',
      retryable: true,
      limit: { limit: 'watched_jobs', places: 2 },
      detail: expect.stringContaining('Nothing was changed') as string,
    });
    expect(refused.headers.get('ratelimit')).toMatch(/^"watched_jobs";r=0;t=\d+$/);
    expect(refused.headers.get('ratelimit-policy')).toBe('"watched_jobs";q=2');
    expect(refused.headers.has('retry-after')).toBe(true);

    await readers.watch(other, othersJob);
    readers.go();
    for (const [account, id] of [
      [greedy, jobId],
      [other, othersJob],
    ] as const)
      await fail(api, account.accountId, id);
    // Its own places are free again once its streams are gone.
    await expect.poll(async () => (await readEvents(greedy, jobId)).status).toBe(200);
  });

  it('is a 503 when all places of the process are taken', async () => {
    const third = await api.openAccount();
    const jobs = await Promise.all(
      [greedy, other, third].map(async (account) => ({
        account,
        jobId: (await api.admitJob(account.accountId, 'full')).jobId,
      })),
    );
    const readers = createReaders();
    for (const { account, jobId } of jobs.slice(0, 2))
      for (let place = 0; place < 2; place++) await readers.watch(account, jobId);
    const refused = await readEvents(third, jobs[2]?.jobId ?? '');
    expect(expectProblem(refused, 503, 'unavailable')).toMatchObject({
      billed: 'no',
      detail: expect.stringContaining('Nothing was changed') as string,
    });
    readers.go();
    for (const { account, jobId } of jobs) await fail(api, account.accountId, jobId);
  });

  it('that a waiting submission does not find makes it a 202 with its job', async () => {
    const { jobId } = await api.admitJob(greedy.accountId, 'waits');
    const readers = createReaders();
    for (let place = 0; place < 2; place++) await readers.watch(greedy, jobId);
    const answer = await submitAndWait(greedy, 'waits');
    expect(answer.status).toBe(202);
    expect(answer.json()).toMatchObject({ id: jobId, state: 'queued', billing: { reserved: 35 } });
    expect(answer.headers.has('retry-after')).toBe(true);
    // It did not wait, and does not say that it did (RFC 7240, 3).
    expect(answer.headers.has('preference-applied')).toBe(false);
    readers.go();
    await fail(api, greedy.accountId, jobId);
  });
});

describe('an admitted job that cannot be read', () => {
  it('is a 503 with its id and billed yes', async () => {
    const account = await api.openAccount();
    const { jobId } = await api.admitJob(account.accountId, 'unread');
    const locked = await api.owner.connect();
    await locked.query('BEGIN; LOCK TABLE jobs.outputs IN ACCESS EXCLUSIVE MODE');
    const answer = await submitAndWait(account, 'unread');
    await locked.query('ROLLBACK');
    locked.release();
    expect(expectProblem(answer, 503, 'unavailable')).toMatchObject({ billed: 'yes', job_id: jobId });
    await fail(api, account.accountId, jobId);
  });

  it('while it is waited for, is returned as it was last read', async () => {
    const seen = { id: 'job_1', state: 'running', event_seq: 2 } as StoredJob;
    const awaited = await awaitJobEnd(
      {
        database: { query: () => Promise.reject(new DatabaseUnavailable('away')) },
        feeds: {
          open: () => ({
            is: 'open',
            feed: {
              head: () => null,
              after: () => null,
              next: () => Promise.resolve('closing'),
              close: () => undefined,
            },
          }),
          closeAll: () => undefined,
        },
        now: () => 0,
      },
      {
        accountId: 'acct_1',
        response: { once: () => undefined, destroyed: false },
        state: { extendMs: () => undefined },
      } as unknown as AccountExchange,
      seen,
      1_000,
    );
    expect(awaited).toEqual({ job: seen, hasWaited: true });
  });
});
