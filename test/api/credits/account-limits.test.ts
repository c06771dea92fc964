import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectProblem, STATIC_AD, type ApiFixture, type TestAccount } from '../api-fixture.ts';
import { createApiWithWorker } from '../api-with-worker.ts';

const TASK_QUEUE = 'api-limits';

let api: ApiFixture;
let account: TestAccount;
beforeAll(async () => {
  api = await createApiWithWorker(TASK_QUEUE);
});
afterAll(() => api.close());
beforeEach(async () => {
  account = await api.openAccount();
});

const NONE = {
  max_concurrent_jobs: null,
  member_credits_per_period: null,
  project_credits_per_period: null,
  low_balance_at: null,
  overrides: [],
};

const path = (accountId = account.accountId) => `/v1/accounts/${accountId}/limits`;
const setLimits = (body: unknown, accountId = account.accountId) =>
  api.call(path(accountId), {
    method: 'PUT',
    key: api.platformKey,
    body: { reason: 'contract 7', ...(body as object) },
  });
const submit = (key: string, body: unknown = STATIC_AD, headers: Record<string, string> = {}) =>
  api.call('/v1/jobs', { key: account.key, body, headers: { 'Idempotency-Key': key, ...headers } });
const TO_THE_END = { Prefer: 'wait=30' };
const NEVER_ENDS = { ...STATIC_AD, test_scenario: 'never_finishes' };
const cancel = (jobId: string) =>
  api.call(`/v1/jobs/${jobId}/cancel`, {
    method: 'POST',
    key: account.key,
    headers: { 'Idempotency-Key': 'c' },
  });

describe('limits', () => {
  it('are none at first, are replaced as a whole, and are read by the platform and the account', async () => {
    expect((await api.call(path(), { key: account.key })).json()).toEqual(NONE);
    const limits = {
      max_concurrent_jobs: 3,
      member_credits_per_period: 0,
      project_credits_per_period: 9_007_199_254_740_991,
      low_balance_at: 100,
      overrides: [
        { member: 'ann', credits_per_period: null },
        { project: 'ann', credits_per_period: 5 },
      ],
    };
    const set = await setLimits(limits);
    expect([set.status, set.json()]).toEqual([200, limits]);
    for (const key of [account.key, api.platformKey]) {
      expect((await api.call(path(), { key })).json()).toEqual(limits);
    }
    expect((await setLimits({ max_concurrent_jobs: 1 })).json()).toEqual({ ...NONE, max_concurrent_jobs: 1 });
    expect((await setLimits(NONE)).json()).toEqual(NONE);
  });

  it.each<[unknown, string, string]>([
    [{ max_concurrent_jobs: -1 }, '/max_concurrent_jobs', 'too_small'],
    [{ max_concurrent_jobs: 2 ** 31 }, '/max_concurrent_jobs', 'too_large'],
    [{ member_credits_per_period: 0.5 }, '/member_credits_per_period', 'not_an_integer'],
    [{ project_credits_per_period: 2 ** 53 }, '/project_credits_per_period', 'too_large'],
    [{ low_balance_at: '5' }, '/low_balance_at', 'wrong_type'],
    [{ overrides: null }, '/overrides', 'wrong_type'],
    [{ overrides: [{ credits_per_period: 1 }] }, '/overrides/0', 'required'],
    [{ overrides: [{ member: 'a', project: 'a', credits_per_period: 1 }] }, '/overrides/0', 'not_allowed'],
    [{ overrides: [{ member: 'a' }] }, '/overrides/0/credits_per_period', 'required'],
    [{ overrides: [{ member: '', credits_per_period: 1 }] }, '/overrides/0/member', 'too_short'],
    [
      { overrides: [1, 2].map((credits_per_period) => ({ member: 'a', credits_per_period })) },
      '/overrides/1',
      'repeated',
    ],
    [{ max_jobs: 1 }, '/max_jobs', 'unknown_field'],
    [{ reason: undefined }, '/reason', 'required'],
    [{ reason: '' }, '/reason', 'too_short'],
  ])('that are invalid are refused with a pointer, and change nothing: %j', async (body, pointer, code) => {
    const problem = expectProblem(await setLimits(body), 400, 'invalid_request');
    expect(problem['errors']).toMatchObject([{ pointer, code }]);
    expect((await api.call(path(), { key: account.key })).json()).toEqual(NONE);
  });

  it('are set by platform keys alone, and an unknown account is a 404', async () => {
    const own = await api.createKey(account.accountId, ['billing:write']);
    expectProblem(await api.call(path(), { method: 'PUT', key: own, body: NONE }), 403, 'forbidden');
    expectProblem(await setLimits(NONE, 'acct_nobody'), 404, 'not_found');
    const other = await api.openAccount();
    expectProblem(await api.call(path(), { key: other.key }), 404, 'not_found');
  });
});

describe('members and projects', () => {
  it('are listed by name in pages, each with what it used of the period and the cap that holds for it', async () => {
    const spenders = (query: string, key = account.key) =>
      api.call(`/v1/accounts/${account.accountId}/spenders${query}`, { key });
    expect((await spenders('')).json()).toEqual({ data: [], next_cursor: null });
    await setLimits({
      ...NONE,
      member_credits_per_period: 500,
      overrides: [
        { member: 'zoe', credits_per_period: null },
        { project: 'ann', credits_per_period: 40 },
      ],
    });
    await submit('one', { ...STATIC_AD, member: 'ann', project: 'spring' }, TO_THE_END);
    await submit('two', { ...STATIC_AD, member: 'ann', test_scenario: 'fails_after_start' }, TO_THE_END);
    await submit('three', { ...NEVER_ENDS, project: 'ann' });
    const all = [
      { type: 'member', name: 'ann', used: 35, credits_per_period: 500 },
      { type: 'member', name: 'zoe', used: 0, credits_per_period: null },
      { type: 'project', name: 'ann', used: 35, credits_per_period: 40 },
      { type: 'project', name: 'spring', used: 35, credits_per_period: null },
    ];
    for (const key of [account.key, api.platformKey]) {
      expect((await spenders('', key)).json()).toEqual({ data: all, next_cursor: null });
    }
    const pages: unknown[] = [];
    for (let cursor = ''; pages.length <= all.length;) {
      const page = (await spenders(`?limit=1${cursor}`)).json<{
        data: unknown[];
        next_cursor: string | null;
      }>();
      pages.push(...page.data);
      if (page.next_cursor === null) break;
      cursor = `&cursor=${page.next_cursor}`;
    }
    expect(pages).toEqual(all);
    const other = await api.openAccount();
    expectProblem(await spenders('', other.key), 404, 'not_found');
    expectProblem(await spenders('?cursor=x'), 400, 'invalid_request');
  });
});

describe('a job of a member or a project', () => {
  it('beyond its cap is refused with the name of the cap, and again under its key once the cap is lifted', async () => {
    await setLimits({ ...NONE, member_credits_per_period: 50 });
    const body = { ...STATIC_AD, member: 'ann' };
    expect((await submit('first', body, TO_THE_END)).status).toBe(200);
    const problem = expectProblem(await submit('second', body), 402, 'limit_exceeded');
    expect(problem).toMatchObject({
      billed: 'no',
      required: 35,
      available: 965,
      reserved: 0,
      limit: { limit: 'member_credits_per_period', name: 'ann', credits_per_period: 50, used: 35 },
    });
    expect(problem['detail']).toMatch(/member ann .*50 credits.*used 35/);
    await setLimits(NONE);
    const again = await submit('second', body);
    expect(expectProblem(again, 402, 'limit_exceeded')).toMatchObject({ limit: problem['limit'] });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect((await submit('third', body)).status).toBe(202);
  });

  it('is admitted under its cap again once a failed job has returned its credits', async () => {
    await setLimits({ ...NONE, overrides: [{ project: 'spring', credits_per_period: 40 }] });
    const body = { ...STATIC_AD, project: 'spring' };
    const failed = await submit('fails', { ...body, test_scenario: 'fails_after_start' }, TO_THE_END);
    expect(failed.json()).toMatchObject({ state: 'failed' });
    expect((await submit('works', body, TO_THE_END)).json()).toMatchObject({ state: 'succeeded' });
    expectProblem(await submit('too-much', body), 402, 'limit_exceeded');
  });

  it('that cites the quote of another member is refused', async () => {
    const body = { ...STATIC_AD, member: 'ann', project: 'spring' };
    const { id } = (await api.call('/v1/quotes', { key: account.key, body })).json<{ id: string }>();
    const other = await submit('other', { ...body, member: 'bob', quote_id: id });
    expectProblem(other, 409, 'price_changed');
    expect((await submit('same', { ...body, quote_id: id })).status).toBe(202);
  });
});

describe('a job beyond max_concurrent_jobs', () => {
  it('is a 429, and is admitted under the same key once another job has ended', async () => {
    await setLimits({ ...NONE, max_concurrent_jobs: 1 });
    const running = (await submit('running', NEVER_ENDS)).json<{ id: string }>();
    const refused = await submit('waits');
    expect(expectProblem(refused, 429, 'rate_limited')).toMatchObject({
      retryable: true,
      billed: 'no',
      limit: { limit: 'max_concurrent_jobs', jobs: 1 },
      detail: expect.stringContaining('max_concurrent_jobs') as string,
    });
    expect(refused.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    expect(refused.headers.get('ratelimit')).toMatch(/^"max_concurrent_jobs";r=0;t=\d+$/);
    expect(refused.headers.get('ratelimit-policy')).toBe('"max_concurrent_jobs";q=1');
    // The one that runs is answered as before, and nothing of the refused one is on record.
    expect((await submit('running', NEVER_ENDS)).headers.get('idempotent-replayed')).toBe('true');
    expect((await api.call('/v1/jobs', { key: account.key })).json<{ data: unknown[] }>().data).toHaveLength(
      1,
    );
    await cancel(running.id);
    await expect
      .poll(async () => (await api.call(`/v1/jobs/${running.id}`, { key: account.key })).json()['state'], {
        timeout: 20_000,
      })
      .toBe('canceled');
    const admitted = await submit('waits');
    expect([admitted.status, admitted.headers.has('idempotent-replayed')]).toEqual([202, false]);
  });

  it('that admission itself refuses stays refused under its key, and is admitted under a new one', async () => {
    await setLimits({ ...NONE, max_concurrent_jobs: 0 });
    await api.admitJob(account.accountId, 'raced');
    const refused = await submit('raced');
    const problem = expectProblem(refused, 429, 'rate_limited');
    expect(problem).toMatchObject({ retryable: false, limit: { limit: 'max_concurrent_jobs', jobs: 0 } });
    expect(problem['detail']).toMatch(/new Idempotency-Key/);
    expect(refused.headers.get('ratelimit-policy')).toBe('"max_concurrent_jobs";q=0');
    expect(refused.headers.get('retry-after')).not.toBeNull();
    await setLimits(NONE);
    expectProblem(await submit('raced'), 429, 'rate_limited');
    expect((await submit('anew')).status).toBe(202);
  });
});
