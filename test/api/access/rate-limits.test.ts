import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawSecret } from '../../../jobs/keys/secret-text.ts';
import { jobIdOf } from '../../../contract/derived-ids.ts';
import { postAttempt } from '../http/post-attempt.ts';
import { createApiFixture, expectProblem, STATIC_AD, type ApiFixture } from '../api-fixture.ts';

const SLOW = { perSecond: 0.01, burst: 5 };

let api: ApiFixture;
beforeAll(async () => {
  api = await createApiFixture({
    rateLimits: {
      ...{
        key: SLOW,
        account: { perSecond: 0.01, burst: 8 },
        sums: { perSecond: 0.01, burst: 2 },
        address: SLOW,
      },
    },
    trustedProxies: ['127.0.0.1'],
    webhookVerifiers: new Map([['gpu', () => ({ event: 'ended', job: null })]]),
  });
});
afterAll(() => api.close());

const from = (address: string) => ({ 'X-Forwarded-For': address });

describe('a key', () => {
  it('reads what is left of its limits in each response, and in the 429 which limit it has reached', async () => {
    const { key } = await api.openAccount();
    const first = await api.call('/v1/balance', { key });
    expect(first.headers.get('ratelimit')).toMatch(
      /^"requests_per_key";r=4;t=100, "requests_per_account";r=7;t=100$/,
    );
    expect(first.headers.get('ratelimit-policy')).toBe(
      '"requests_per_key";q=5;w=500, "requests_per_account";q=8;w=800',
    );
    for (let n = 0; n < 4; n += 1) expect((await api.call('/v1/balance', { key })).status).toBe(200);
    const refused = await api.call('/v1/balance', { key });
    const problem = expectProblem(refused, 429, 'rate_limited');
    expect(problem['limit']).toEqual({ limit: 'requests_per_key', per_second: 0.01, burst: 5 });
    expect(refused.headers.get('ratelimit')).toMatch(/^"requests_per_key";r=0;t=\d+$/);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(90);
  });

  it('shares the limit of its account with the other keys of the account', async () => {
    const { accountId, key } = await api.openAccount();
    const other = await api.createKey(accountId, ['credits:read']);
    for (let n = 0; n < 5; n += 1) await api.call('/v1/balance', { key });
    for (let n = 0; n < 3; n += 1) {
      expect((await api.call('/v1/balance', { key: other })).status).toBe(200);
    }
    const problem = expectProblem(await api.call('/v1/balance', { key: other }), 429, 'rate_limited');
    expect(problem['limit']).toMatchObject({ limit: 'requests_per_account' });
  });

  it('has one limit for all calls that add up the entries of its account', async () => {
    const { key } = await api.openAccount();
    const first = await api.call('/v1/usage', { key });
    expect(first.headers.get('ratelimit')).toBe('"requests_per_key";r=4;t=100, "sums_per_account";r=1;t=100');
    expect((await api.call('/v1/statement', { key })).status).toBe(200);
    const problem = expectProblem(await api.call('/v1/balance/days', { key }), 429, 'rate_limited');
    expect(problem['limit']).toMatchObject({ limit: 'sums_per_account' });
    expect((await api.call('/v1/balance', { key })).status).toBe(200);
  });

  it('over its limit is refused a submission before the workflow starts, so that its Idempotency-Key stays free', async () => {
    const { accountId, key } = await api.openAccount();
    for (let n = 0; n < 5; n += 1) await api.call('/v1/balance', { key });
    const submit = { key, body: STATIC_AD, headers: { 'Idempotency-Key': 'k' } };
    expectProblem(await api.call('/v1/jobs', submit), 429, 'rate_limited');
    const workflow = api.client.workflow.getHandle(jobIdOf(accountId, 'k'));
    await expect(workflow.describe()).rejects.toMatchObject({ name: 'WorkflowNotFoundError' });
  });

  it('over its limit is refused by the process, which does not ask PostgreSQL again', async () => {
    const { key } = await api.openAccount();
    for (let n = 0; n < 6; n += 1) await api.call('/v1/balance', { key });
    await api.owner.query('DELETE FROM jobs.request_rates');
    // PostgreSQL would grant it again: the process knows that it was refused.
    expectProblem(await api.call('/v1/balance', { key }), 429, 'rate_limited');
  });
});

describe('an address', () => {
  it('that tries too many wrong keys is refused keys and pages, and another address is not', async () => {
    const guess = (address: string) =>
      api.call('/v1/balance', { key: drawSecret('live').secret, headers: from(address) });
    for (let n = 0; n < 5; n += 1) expectProblem(await guess('198.51.100.7'), 401, 'unauthenticated');
    const problem = expectProblem(await guess('198.51.100.7'), 429, 'rate_limited');
    expect(problem['limit']).toMatchObject({ limit: 'requests_per_address' });
    expectProblem(await api.call('/', { headers: from('198.51.100.7') }), 429, 'rate_limited');
    expectProblem(await guess('198.51.100.8'), 401, 'unauthenticated');
  });

  it('that posts to a known webhook address is not limited, and to an unknown one it is', async () => {
    const address = '198.51.100.30';
    const tell = (path: string) => api.call(path, { body: '{}', headers: from(address) });
    const { address: known } = await postAttempt(api, 'gpu');
    for (let n = 0; n < 8; n += 1) expect((await tell(known)).status).toBe(204);
    const unknown = known.replace(/.$/, (end) => (end === 'A' ? 'B' : 'A'));
    for (let n = 0; n < 5; n += 1) expectProblem(await tell(unknown), 404, 'not_found');
    expectProblem(await tell(unknown), 429, 'rate_limited');
    expect((await tell(known)).status).toBe(204);
  });

  it('of IPv6 shares one limit with all of its /64 network', async () => {
    const read = (address: string) => api.call('/', { headers: from(address) });
    for (let n = 0; n < 5; n += 1) expect((await read(`2001:db8::${String(n)}`)).status).toBe(200);
    expectProblem(await read('2001:db8::ffff'), 429, 'rate_limited');
    expect((await read('2001:db8:0:1::1')).status).toBe(200);
  });

  it('over its limit is still served calls with a known key, and health checks', async () => {
    const address = '198.51.100.9';
    const { key } = await api.openAccount();
    await api.call('/v1/balance', { key, headers: from(address) });
    for (let n = 0; n < 6; n += 1) await api.call('/', { headers: from(address) });
    expect((await api.call('/v1/balance', { key, headers: from(address) })).status).toBe(200);
    expect((await api.call('/healthz', { headers: from(address) })).status).toBe(200);
  });
});
