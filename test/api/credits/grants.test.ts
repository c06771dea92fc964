import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createApiFixture, expectProblem, type ApiFixture, type TestAccount } from '../api-fixture.ts';

const DAY_MS = 24 * 3_600_000;

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

type Grant = { readonly id: string; readonly expires_at: string | null; readonly effective_at: string };

const give = (body: unknown, accountId = account.accountId, headers: Record<string, string> = {}) =>
  api.call(`/v1/accounts/${accountId}/grants`, { key: api.platformKey, body, headers });
const voidGrant = (grantId: string, body: unknown, headers: Record<string, string> = {}) =>
  api.call(`/v1/grants/${grantId}/void`, { key: api.platformKey, body, headers });
const available = async (key = account.key) =>
  (await api.call('/v1/balance', { key })).json<{ available: number }>().available;
const entries = async () =>
  (await api.call('/v1/entries', { key: account.key })).json<{ data: Record<string, unknown>[] }>().data;
const actions = async (accountId = account.accountId) =>
  (
    await api.owner.query<{ actor: string; action: string; reason: string }>(
      'SELECT actor, action, reason FROM ledger.operator_actions WHERE account_id = $1 ORDER BY action_id',
      [accountId],
    )
  ).rows;

describe('a grant', () => {
  it.each<[object, object, number]>([
    [{ source: 'trial' }, { source: 'trial', priority: 2, amount: 3_000 }, 7],
    [{ source: 'trial', credits: 500 }, { source: 'trial', priority: 2, amount: 500 }, 7],
    [{ source: 'top_up', pack: 'medium' }, { source: 'top_up', priority: 3, amount: 5_000 }, 365],
    [{ source: 'top_up', credits: 1e3 }, { source: 'top_up', priority: 3, amount: 1_000 }, 365],
    [
      { source: 'goodwill', credits: 70, reason: 'sorry' },
      { source: 'goodwill', priority: 2, amount: 70 },
      90,
    ],
  ])('of %j has the amount, the priority and the lifetime of its source', async (body, expected, days) => {
    const answer = await give({ ...body, reference: account.accountId });
    expect([answer.status, answer.headers.has('idempotent-replayed')]).toEqual([201, false]);
    const grant = answer.json<Grant>();
    expect(Object.keys(grant)).toEqual([
      ...[
        'id',
        'source',
        'priority',
        'amount',
        'available',
        'reserved',
        'spent',
        'effective_at',
        'expires_at',
      ],
    ]);
    expect(grant).toMatchObject(expected);
    const lived = (Date.parse(grant.expires_at ?? '') - Date.parse(grant.effective_at)) / DAY_MS;
    expect([days, days + 1]).toContain(Math.round(lived));
  });

  it('with an expires_at ends at that time', async () => {
    const expires_at = '2099-12-31T23:59:59Z';
    const answer = await give({ source: 'top_up', credits: 5, reference: 'until', expires_at });
    expect(answer.json<Grant>().expires_at).toBe('2099-12-31T23:59:59.000Z');
  });

  it('repeated under its reference is given once, and returns the first response after credits were spent', async () => {
    const body = { source: 'goodwill', credits: 70, reason: 'late', reference: 'ticket-1' };
    const first = await give(body);
    await api.admitJob(account.accountId, 'spends-of-it');
    const again = await give({ reference: 'ticket-1', reason: 'late', credits: 70, source: 'goodwill' });
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
    expect(again.json()).toEqual(first.json());
    expect((await entries()).filter((entry) => entry['kind'] === 'grant')).toHaveLength(2);
  });

  it('that eight callers ask for at once is given once', async () => {
    const body = { source: 'top_up', pack: 'small', reference: `pay-${account.accountId}` };
    const answers = await Promise.all(Array.from({ length: 8 }, () => give(body)));
    expect(answers.map((answer) => answer.status)).toEqual(Array(8).fill(201));
    expect(answers.filter((answer) => !answer.headers.has('idempotent-replayed'))).toHaveLength(1);
    expect(await available()).toBe(2_000);
  });

  it.each([
    { credits: 71 },
    { reason: 'another' },
    { expires_at: '2099-01-01T00:00:00Z' },
    { source: 'top_up' },
  ])('with other content under its reference is refused: %j', async (change) => {
    const body = { source: 'goodwill', credits: 70, reason: 'late', reference: 'ticket-2' };
    await give(body);
    expectProblem(await give({ ...body, ...change }), 422, 'idempotency_key_reused');
    expect(await available()).toBe(1_070);
  });

  it('of a top-up is refused where another account has used its reference, and of goodwill it is not', async () => {
    const other = await api.openAccount();
    const body = { source: 'top_up', credits: 100, reference: `pi_${account.accountId}` };
    await give(body);
    expectProblem(await give(body, other.accountId), 422, 'idempotency_key_reused');
    expect(await available(other.key)).toBe(1_000);
    // Of anything else the reference is the account's own.
    const goodwill = { source: 'goodwill', credits: 1, reason: 'r', reference: body.reference };
    expect((await give(goodwill, other.accountId)).status).toBe(201);
  });

  it('of a trial is refused to an account that had one, under any reference', async () => {
    expect((await give({ source: 'trial', reference: 'first' })).status).toBe(201);
    const problem = expectProblem(
      await give({ source: 'trial', reference: 'second' }),
      409,
      'state_conflict',
    );
    expect(problem['detail']).toMatch(/trial/);
    expect(await available()).toBe(4_000);
  });

  it('to an unknown account is a 404', async () => {
    const body = { source: 'trial', reference: 'r' };
    for (const id of ['acct_nobody', 'nonsense', '%00']) {
      expectProblem(await give(body, id), 404, 'not_found');
    }
  });

  it('needs a platform key with scope billing:write', async () => {
    const body = { source: 'goodwill', credits: 1, reason: 'r', reference: 'r' };
    const path = `/v1/accounts/${account.accountId}/grants`;
    const own = await api.createKey(account.accountId, ['billing:write']);
    const reader = await api.createKey(null, ['credits:read', 'support']);
    for (const key of [own, reader, account.key]) {
      expectProblem(await api.call(path, { key, body }), 403, 'forbidden');
    }
    const biller = await api.createKey(null, ['billing:write']);
    expect((await api.call(path, { key: biller, body })).status).toBe(201);
  });
});

describe('an invalid grant is refused with a pointer, and leaves no trace', () => {
  const topUp = { source: 'top_up', reference: 'r' };
  it.each<[string, unknown, string, string]>([
    ['negative', { ...topUp, credits: -1 }, '/credits', 'too_small'],
    ['zero', { ...topUp, credits: 0 }, '/credits', 'too_small'],
    ['a fraction', { ...topUp, credits: 0.5 }, '/credits', 'not_an_integer'],
    ['2^53', { ...topUp, credits: 2 ** 53 }, '/credits', 'too_large'],
    ['1e300', { ...topUp, credits: 1e300 }, '/credits', 'too_large'],
    ['text', { ...topUp, credits: '5' }, '/credits', 'wrong_type'],
    ['null', { ...topUp, credits: null }, '/credits', 'wrong_type'],
    ['more than one call may move', { ...topUp, credits: 1e12 + 1 }, '/credits', 'too_large'],
    ['neither credits nor pack', topUp, '/credits', 'required'],
    ['both credits and pack', { ...topUp, credits: 1, pack: 'small' }, '/pack', 'not_allowed'],
    ['a pack that is not sold', { ...topUp, pack: 'huge' }, '/pack', 'not_one_of'],
    [
      'a pack as goodwill',
      { source: 'goodwill', credits: 1, reference: 'r', reason: 'r', pack: 'small' },
      '/pack',
      'not_allowed',
    ],
    ['goodwill without a reason', { source: 'goodwill', credits: 1, reference: 'r' }, '/reason', 'required'],
    ['a source that is ours', { source: 'sign_up', credits: 1, reference: 'r' }, '/source', 'not_one_of'],
    ['no reference', { source: 'top_up', credits: 1 }, '/reference', 'required'],
    [
      'an expiry in the past',
      { ...topUp, credits: 1, expires_at: '2020-01-01T00:00:00Z' },
      '/expires_at',
      'in_the_past',
    ],
    [
      'an expiry that is no day',
      { ...topUp, credits: 1, expires_at: '2099-02-31T00:00:00Z' },
      '/expires_at',
      'not_a_time',
    ],
    ['an unknown field', { ...topUp, credits: 1, amount: 1 }, '/amount', 'unknown_field'],
    ['no object', [], '', 'wrong_type'],
  ])('%s', async (_name, body, pointer, code) => {
    const problem = expectProblem(await give(body), 400, 'invalid_request');
    expect(problem['errors']).toMatchObject([{ pointer, code }]);
    expect(await available()).toBe(1_000);
    expect(await actions()).toEqual([]);
    // The reference is still free.
    expect((await give({ source: 'goodwill', credits: 1, reason: 'r', reference: 'r' })).status).toBe(201);
  });

  it('credits that would raise the balance above the largest safe integer', async () => {
    await api.owner.query(
      'UPDATE ledger.accounts SET available = available + 9007199254739000 WHERE account_id = $1',
      [account.accountId],
    );
    const problem = expectProblem(await give({ ...topUp, credits: 1_000 }), 400, 'invalid_request');
    expect(problem['errors']).toMatchObject([{ pointer: '/credits', code: 'too_large' }]);
    await api.owner.query(
      'UPDATE ledger.accounts SET available = available - 9007199254739000 WHERE account_id = $1',
      [account.accountId],
    );
  });
});

describe('the void of a grant', () => {
  const bought = async () =>
    (await give({ source: 'top_up', credits: 500, reference: `pay-${account.accountId}` })).json<Grant>().id;

  it('takes the unspent credits once, and says how many are not recovered', async () => {
    const grantId = await bought();
    const usage = { kind: 'chat_message', quantity: 1_000 };
    await api.call('/v1/usage', { key: account.key, body: usage, headers: { 'Idempotency-Key': 'signup' } });
    await api.call('/v1/usage', {
      key: account.key,
      body: { ...usage, quantity: 200 },
      headers: { 'Idempotency-Key': 'bought' },
    });
    const first = await voidGrant(grantId, { reason: 'chargeback cb-1' });
    expect([first.status, first.json()]).toMatchObject([
      200,
      { grant: { id: grantId, amount: 500, available: 0, spent: 200 }, voided: 300, not_recovered: 200 },
    ]);
    expect((await voidGrant(grantId, { reason: 'again' })).json()).toEqual(first.json());
    expect((await entries())[0]).toMatchObject({ kind: 'void', credits: -300, reason: 'chargeback cb-1' });
    expect(await available()).toBe(0);
  });

  it('that names an account finds the grants of that account alone', async () => {
    const grantId = await bought();
    const other = await api.openAccount();
    const as = (accountId: string) => voidGrant(grantId, { reason: 'r' }, { 'Holdfast-Account': accountId });
    for (const id of [other.accountId, 'acct_nobody', 'nonsense']) {
      expectProblem(await as(id), 404, 'not_found');
    }
    expect(await available()).toBe(1_500);
    expect((await as(account.accountId)).json()).toMatchObject({ voided: 500 });
  });

  it.each(['grant_nobodys', 'nonsense', '%00', `grant_${'x'.repeat(500)}`])(
    'of an unknown grant is a 404: %s',
    async (id) => {
      expectProblem(await voidGrant(id, { reason: 'r' }), 404, 'not_found');
    },
  );

  it('without a reason or with an account key is refused, and takes nothing', async () => {
    const grantId = await bought();
    const problem = expectProblem(await voidGrant(grantId, {}), 400, 'invalid_request');
    expect(problem['errors']).toMatchObject([{ pointer: '/reason', code: 'required' }]);
    const own = await api.createKey(account.accountId, ['billing:write']);
    const answer = await api.call(`/v1/grants/${grantId}/void`, { key: own, body: { reason: 'r' } });
    expectProblem(answer, 403, 'forbidden');
    expect(await available()).toBe(1_500);
  });
});

describe('an action of an operator', () => {
  const key = () => `key:key_${api.platformKey.split('_')[2] ?? ''}`;

  it('is recorded once with the key, the person that Holdfast-Actor names, and the reason', async () => {
    const asAda = { 'Holdfast-Actor': 'Ada' };
    const body = { source: 'goodwill', credits: 70, reason: 'late', reference: 'a' };
    const { id } = (await give(body, account.accountId, asAda)).json<Grant>();
    await give(body, account.accountId, asAda);
    await give({ source: 'trial', reference: 'b' });
    await voidGrant(id, { reason: 'mistake' }, { 'Holdfast-Actor': Buffer.from('Zoë').toString('latin1') });
    await api.call(`/v1/accounts/${account.accountId}/limits`, {
      method: 'PUT',
      key: api.platformKey,
      body: { reason: 'contract 7' },
    });
    expect(await actions()).toEqual([
      { actor: `${key()} (Ada)`, action: 'grant', reason: 'late' },
      { actor: key(), action: 'grant', reason: 'trial' },
      { actor: `${key()} (Zoë)`, action: 'void_grant', reason: 'mistake' },
      { actor: key(), action: 'set_limits', reason: 'contract 7' },
    ]);
  });

  it('whose Holdfast-Actor is longer than 200 characters is refused, and not recorded', async () => {
    const body = { source: 'trial', reference: 'b' };
    const answer = await give(body, account.accountId, { 'Holdfast-Actor': 'x'.repeat(201) });
    expectProblem(answer, 400, 'invalid_request');
    expect(await actions()).toEqual([]);
  });
});
