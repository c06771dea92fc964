import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createApiFixture, expectProblem, type ApiFixture, type TestAccount } from '../api-fixture.ts';

let api: ApiFixture;
let account: TestAccount;
beforeAll(async () => {
  api = await createApiFixture();
});
afterAll(async () => {
  await api.expectReconciled();
  await api.close();
});
beforeEach(async () => {
  account = await api.openAccount();
});

const NONE = { plan: null, period_start: null, period_end: null, next_plan: null, renewal: 'by_call' };

const setPlan = (body: unknown, accountId = account.accountId) =>
  api.call(`/v1/accounts/${accountId}/plan`, { method: 'PUT', key: api.platformKey, body });
const readPlan = (key = account.key) => api.call(`/v1/accounts/${account.accountId}/plan`, { key });
const refer = (inviter_id: unknown, accountId = account.accountId) =>
  api.call(`/v1/accounts/${accountId}/referrals`, { key: api.platformKey, body: { inviter_id } });
const available = async (key = account.key) =>
  (await api.call('/v1/balance', { key })).json<{ available: number }>().available;

describe('a plan', () => {
  it('grants its credits at once, for a calendar month from its start', async () => {
    expect((await readPlan()).json()).toEqual(NONE);
    const period_start = new Date(Date.now() - 24 * 3_600_000);
    const answer = await setPlan({ plan: 'starter', period_start, reference: 'sub-1', renewal: 'automatic' });
    const end = new Date(period_start);
    end.setUTCMonth(end.getUTCMonth() + 1);
    expect(answer.status).toBe(200);
    expect(answer.json()).toMatchObject({
      plan: 'starter',
      period_start: period_start.toISOString(),
      next_plan: 'starter',
      renewal: 'automatic',
    });
    // (Clamped to the month's last day where JavaScript runs over.)
    const told = Date.parse(answer.json<{ period_end: string }>().period_end);
    expect(Math.abs(told - end.getTime())).toBeLessThan(4 * 24 * 3_600_000);
    expect((await readPlan()).json()).toEqual(answer.json());
    expect((await readPlan(api.platformKey)).json()).toEqual(answer.json());
    expect(await available()).toBe(5_000);
  });

  it('repeated under its reference returns the first outcome, and another request under it is refused', async () => {
    const first = await setPlan({ plan: 'starter', reference: 'sub-1' });
    await setPlan({ plan: 'pro', reference: 'sub-2' });
    const again = await setPlan({ reference: 'sub-1', plan: 'starter' });
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
    expect(again.json()).toEqual(first.json());
    for (const change of [{ plan: 'pro' }, { plan: null }, { renewal: 'automatic' }]) {
      const problem = await setPlan({ plan: 'starter', reference: 'sub-1', ...change });
      expectProblem(problem, 422, 'idempotency_key_reused');
    }
    expect(await available()).toBe(17_000);
  });

  it('is raised at once, and is lowered or ended at the end of the period', async () => {
    await setPlan({ plan: 'starter', reference: 'a' });
    expect((await setPlan({ plan: 'advanced', reference: 'b' })).json()).toMatchObject({ plan: 'advanced' });
    expect(await available()).toBe(9_000);
    const down = await setPlan({ plan: 'starter', reference: 'c' });
    expect(down.json()).toMatchObject({ plan: 'advanced', next_plan: 'starter' });
    const out = await setPlan({ plan: null, reference: 'd', period_start: null, renewal: null });
    expect(out.json()).toMatchObject({ plan: 'advanced', next_plan: null });
    expect(await available()).toBe(9_000);
  });

  it('raised with the period_start that it shows keeps its period', async () => {
    const { period_start } = (await setPlan({ plan: 'starter', reference: 'a' })).json();
    const up = await setPlan({ plan: 'pro', period_start, reference: 'b' });
    expect(up.json()).toMatchObject({ plan: 'pro', period_start });
    expect(await available()).toBe(17_000);
  });

  it('that is ended where there is none stays none', async () => {
    expect((await setPlan({ plan: null, reference: 'a' })).json()).toEqual(NONE);
  });

  it('is shown in the balance with what was spent in its period', async () => {
    await setPlan({ plan: 'starter', reference: 'a' });
    const usage = { kind: 'chat_message', quantity: 7 };
    await api.call('/v1/usage', { key: account.key, body: usage, headers: { 'Idempotency-Key': 'u' } });
    const balance = (await api.call('/v1/balance', { key: account.key })).json();
    expect(balance).toMatchObject({ available: 4_993, spent_this_period: 7 });
  });

  it.each<[unknown, string, string]>([
    [{ reference: 'r' }, '/plan', 'required'],
    [{ plan: 'gold', reference: 'r' }, '/plan', 'not_one_of'],
    [{ plan: 7, reference: 'r' }, '/plan', 'wrong_type'],
    [{ plan: 'pro' }, '/reference', 'required'],
    [{ plan: 'pro', reference: ' ' }, '/reference', 'too_short'],
    [{ plan: 'pro', reference: 'r', renewal: 'yearly' }, '/renewal', 'not_one_of'],
    [{ plan: 'pro', reference: 'r', period_start: 'yesterday' }, '/period_start', 'not_a_time'],
    [{ plan: 'pro', reference: 'r', period_start: '2099-01-01T00:00:00Z' }, '/period_start', 'in_the_future'],
    [{ plan: 'pro', reference: 'r', period_start: '0001-01-01T00:00:00Z' }, '/period_start', 'too_old'],
    [{ plan: 'pro', reference: 'r', period_end: 'x' }, '/period_end', 'unknown_field'],
  ])('that is invalid is refused with a pointer, and changes nothing: %j', async (body, pointer, code) => {
    const problem = expectProblem(await setPlan(body), 400, 'invalid_request');
    expect(problem['errors']).toMatchObject([{ pointer, code }]);
    expect((await readPlan()).json()).toEqual(NONE);
    expect(await available()).toBe(1_000);
  });

  it('is set by a platform key of an account that exists, and is read by that account alone', async () => {
    const body = { plan: 'pro', reference: 'r' };
    expectProblem(await setPlan(body, 'acct_nobody'), 404, 'not_found');
    const own = await api.createKey(account.accountId, ['billing:write']);
    const path = `/v1/accounts/${account.accountId}/plan`;
    expectProblem(await api.call(path, { method: 'PUT', key: own, body }), 403, 'forbidden');
    const post = await api.call(path, { key: api.platformKey, body });
    expectProblem(post, 405, 'method_not_allowed');
    expect(post.headers.get('allow')).toBe('PUT, GET, HEAD, OPTIONS');
    const other = await api.openAccount();
    expectProblem(await readPlan(other.key), 404, 'not_found');
  });
});

describe('a referral', () => {
  it('pays the inviter once, at the first paid period of the account', async () => {
    const inviter = await api.openAccount();
    const named = await refer(inviter.accountId);
    expect([named.status, named.json()]).toEqual([201, { inviter_id: inviter.accountId, state: 'pending' }]);
    await setPlan({ plan: 'starter', reference: 'a' });
    await setPlan({ plan: 'pro', reference: 'b' });
    const again = await refer(inviter.accountId);
    expect([again.status, again.headers.get('idempotent-replayed'), again.json()]).toEqual([
      201,
      'true',
      { inviter_id: inviter.accountId, state: 'paid' },
    ]);
    expect(await available(inviter.key)).toBe(4_000);
  });

  it('of an account by itself, in a circle, or by a second inviter is refused', async () => {
    const inviter = await api.openAccount();
    const third = await api.openAccount();
    await refer(inviter.accountId);
    const self = expectProblem(await refer(third.accountId, third.accountId), 409, 'state_conflict');
    expect(self['detail']).toMatch(/itself/);
    const circle = expectProblem(await refer(account.accountId, inviter.accountId), 409, 'state_conflict');
    expect(circle['detail']).toMatch(/circle/);
    const other = expectProblem(await refer(third.accountId), 409, 'state_conflict');
    expect(other['detail']).toMatch(/Another account/);
  });

  it.each(['acct_nobody', 'nonsense', 'acct_\u0000'])(
    'by an unknown inviter is refused with a pointer: %j',
    async (inviter) => {
      const problem = expectProblem(await refer(inviter), 400, 'invalid_request');
      expect(problem['errors']).toMatchObject([{ pointer: '/inviter_id', code: 'not_found' }]);
    },
  );

  it('of an unknown account is a 404, and by an account key a 403', async () => {
    expectProblem(await refer(account.accountId, 'acct_nobody'), 404, 'not_found');
    expectProblem(await refer('acct_nobody', 'acct_nobody'), 404, 'not_found');
    const problem = expectProblem(await refer(7), 400, 'invalid_request');
    expect(problem['errors']).toMatchObject([{ pointer: '/inviter_id', code: 'wrong_type' }]);
    const path = `/v1/accounts/${account.accountId}/referrals`;
    const body = { inviter_id: account.accountId };
    expectProblem(await api.call(path, { key: account.key, body }), 403, 'forbidden');
  });
});
