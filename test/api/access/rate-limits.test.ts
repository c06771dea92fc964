import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawSecret } from '../../../jobs/keys/secret-text.ts';
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
  it('is told what is left of its limits, and which one it has reached', async () => {
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

  it('shares the limit of its account with the other keys', async () => {
    const { accountId, key } = await api.openAccount();
    const other = await api.createKey(accountId, ['credits:read']);
    for (let n = 0; n < 5; n += 1) await api.call('/v1/balance', { key });
    for (let n = 0; n < 3; n += 1) {
      expect((await api.call('/v1/balance', { key: other })).status).toBe(200);
    }
    const problem = expectProblem(await api.call('/v1/balance', { key: other }), 429, 'rate_limited');
    expect(problem['limit']).toMatchObject({ limit: 'requests_per_account' });
  });

  it('may have the entries of its account added up only so often, by whichever call', async () => {
    const { key } = await api.openAccount();
    const first = await api.call('/v1/usage', { key });
    expect(first.headers.get('ratelimit')).toBe('"requests_per_key";r=4;t=100, "sums_per_account";r=1;t=100');
    expect((await api.call('/v1/statement', { key })).status).toBe(200);
    const problem = expectProblem(await api.call('/v1/balance/days', { key }), 429, 'rate_limited');
    expect(problem['limit']).toMatchObject({ limit: 'sums_per_account' });
    expect((await api.call('/v1/balance', { key })).status).toBe(200);
  });

  it('is refused before its submission does anything, so that its Idempotency-Key stays free', async () => {
    const { accountId, key } = await api.openAccount();
    for (let n = 0; n < 5; n += 1) await api.call('/v1/balance', { key });
    const submit = { key, body: STATIC_AD, headers: { 'Idempotency-Key': 'k' } };
    expectProblem(await api.call('/v1/jobs', submit), 429, 'rate_limited');
    const { rows } = await api.owner.query('SELECT 1 FROM jobs.admissions WHERE account_id = $1', [
      accountId,
    ]);
    expect(rows).toEqual([]);
  });

  it('asks PostgreSQL once for a flood', async () => {
    const { key } = await api.openAccount();
    for (let n = 0; n < 6; n += 1) await api.call('/v1/balance', { key });
    await api.owner.query('DELETE FROM jobs.request_rates');
    // PostgreSQL would grant it again: the process knows that it was refused.
    expectProblem(await api.call('/v1/balance', { key }), 429, 'rate_limited');
  });
});

describe('an address', () => {
  it('may try only so many wrong keys, and read so many pages', async () => {
    const guess = (address: string) =>
      api.call('/v1/balance', { key: drawSecret('live').secret, headers: from(address) });
    for (let n = 0; n < 5; n += 1) expectProblem(await guess('198.51.100.7'), 401, 'unauthenticated');
    const problem = expectProblem(await guess('198.51.100.7'), 429, 'rate_limited');
    expect(problem['limit']).toMatchObject({ limit: 'requests_per_address' });
    expectProblem(await api.call('/', { headers: from('198.51.100.7') }), 429, 'rate_limited');
    expectProblem(await guess('198.51.100.8'), 401, 'unauthenticated');
  });

  it('of a model service may tell of any number of jobs; one that knows no address of ours is limited', async () => {
    const address = '198.51.100.30';
    const tell = (path: string) => api.call(path, { body: '{}', headers: from(address) });
    const { address: known } = await postAttempt(api, 'gpu');
    for (let n = 0; n < 8; n += 1) expect((await tell(known)).status).toBe(204);
    const unknown = known.replace(/.$/, (end) => (end === 'A' ? 'B' : 'A'));
    for (let n = 0; n < 5; n += 1) expectProblem(await tell(unknown), 404, 'not_found');
    expectProblem(await tell(unknown), 429, 'rate_limited');
    expect((await tell(known)).status).toBe(204);
  });

  it('is a network of IPv6: who has it has all of its addresses', async () => {
    const read = (address: string) => api.call('/', { headers: from(address) });
    for (let n = 0; n < 5; n += 1) expect((await read(`2001:db8::${String(n)}`)).status).toBe(200);
    expectProblem(await read('2001:db8::ffff'), 429, 'rate_limited');
    expect((await read('2001:db8:0:1::1')).status).toBe(200);
  });

  it('is not limited with a key that is known, nor by its supervisor', async () => {
    const address = '198.51.100.9';
    const { key } = await api.openAccount();
    await api.call('/v1/balance', { key, headers: from(address) });
    for (let n = 0; n < 6; n += 1) await api.call('/', { headers: from(address) });
    expect((await api.call('/v1/balance', { key, headers: from(address) })).status).toBe(200);
    expect((await api.call('/healthz', { headers: from(address) })).status).toBe(200);
  });
});
