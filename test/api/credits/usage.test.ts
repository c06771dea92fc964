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

const CHAT = { kind: 'chat_message', quantity: 1 };
const use = (key: string, body: unknown = CHAT, as = account) =>
  api.call('/v1/usage', { key: as.key, body, headers: { 'Idempotency-Key': key } });
const balance = async (key = account.key) => (await api.call('/v1/balance', { key })).json();

describe('metered use', () => {
  it('is charged at once in the burn order, and returns its entries', async () => {
    await api.call(`/v1/accounts/${account.accountId}/grants`, {
      key: api.platformKey,
      body: { source: 'trial', credits: 5, reference: 't' },
    });
    const answer = await use('a', { ...CHAT, quantity: 7 });
    expect(answer.status).toBe(201);
    const { credits, entries } = answer.json<{ credits: number; entries: Record<string, unknown>[] }>();
    expect(credits).toBe(7);
    expect(entries.map((entry) => [entry['kind'], entry['credits'], entry['balance_after']])).toEqual([
      ['spend', -5, 1_000],
      ['spend', -2, 998],
    ]);
    const history = await api.call('/v1/entries?kind=spend', { key: account.key });
    expect(history.json()).toMatchObject({ data: entries.toReversed() });
    expect(entries[0]).toMatchObject({ job_id: null, output_id: null, reason: 'chat_message' });
    expect(await balance()).toMatchObject({ available: 998, reserved: 0, spent_this_period: 7 });
  });

  it('repeated under its key, at once or later, is charged once', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => use('twice')));
    expect(answers.map((answer) => answer.status)).toEqual(Array(8).fill(201));
    expect(answers.filter((answer) => !answer.headers.has('idempotent-replayed'))).toHaveLength(1);
    expect(new Set(answers.map((answer) => answer.text)).size).toBe(1);
    expect((await use('twice', { quantity: 1, kind: 'chat_message' })).text).toBe(answers[0]?.text);
    expect(await balance()).toMatchObject({ available: 999 });
  });

  it('with other content under a used key is refused, and another account may use that key', async () => {
    await use('mine');
    expectProblem(await use('mine', { ...CHAT, quantity: 2 }), 422, 'idempotency_key_reused');
    expectProblem(await use('mine', { ...CHAT, member: 'ann' }), 422, 'idempotency_key_reused');
    const other = await api.openAccount();
    expect((await use('mine', CHAT, other)).headers.has('idempotent-replayed')).toBe(false);
    expect(await balance()).toMatchObject({ available: 999 });
  });

  it('beyond the balance is refused, and again under its key once there are credits', async () => {
    await use('most', { ...CHAT, quantity: 998 });
    const much = await use('much', { ...CHAT, quantity: 1_000 });
    expect(expectProblem(much, 402, 'insufficient_credits')).toMatchObject({
      detail: expect.stringContaining('costs 1,000 credits and 2 are available'),
    });
    await use('one', CHAT);
    const first = await use('short', { ...CHAT, quantity: 2 });
    const problem = expectProblem(first, 402, 'insufficient_credits');
    expect(problem).toMatchObject({ required: 2, available: 1, reserved: 0, billed: 'no' });
    await api.call(`/v1/accounts/${account.accountId}/grants`, {
      key: api.platformKey,
      body: { source: 'trial', reference: 't' },
    });
    const again = await use('short', { ...CHAT, quantity: 2 });
    expectProblem(again, 402, 'insufficient_credits');
    expect([again.headers.get('idempotent-replayed'), again.json()['available']]).toEqual(['true', 1]);
    expect((await use('anew', { ...CHAT, quantity: 2 })).status).toBe(201);
  });

  it('beyond the cap of its member or its project is refused with the name of that cap', async () => {
    await api.call(`/v1/accounts/${account.accountId}/limits`, {
      method: 'PUT',
      key: api.platformKey,
      body: {
        member_credits_per_period: 10,
        overrides: [{ project: 'x', credits_per_period: 3 }],
        reason: 'test',
      },
    });
    expect((await use('a', { ...CHAT, quantity: 9, member: 'ann' })).status).toBe(201);
    const member = expectProblem(
      await use('b', { ...CHAT, quantity: 2, member: 'ann' }),
      402,
      'limit_exceeded',
    );
    expect(member).toMatchObject({
      billed: 'no',
      required: 2,
      available: 991,
      limit: { limit: 'member_credits_per_period', name: 'ann', credits_per_period: 10, used: 9 },
    });
    expect(member['detail']).toMatch(/member ann .*10 credits.*used 9.* 2 more/);
    const project = await use('c', { ...CHAT, quantity: 4, member: 'bob', project: 'x' });
    expect(expectProblem(project, 402, 'limit_exceeded')).toMatchObject({
      limit: { limit: 'project_credits_per_period', name: 'x', credits_per_period: 3, used: 0 },
    });
    expect((await use('d', { ...CHAT, quantity: 4, project: 'y' })).status).toBe(201);
  });

  it.each<[string, unknown, string, string]>([
    ['negative', { ...CHAT, quantity: -1 }, '/quantity', 'too_small'],
    ['zero', { ...CHAT, quantity: 0 }, '/quantity', 'too_small'],
    ['a fraction', { ...CHAT, quantity: 1.5 }, '/quantity', 'not_an_integer'],
    ['too many', { ...CHAT, quantity: 1_001 }, '/quantity', 'too_large'],
    ['2^53', { ...CHAT, quantity: 2 ** 53 }, '/quantity', 'too_large'],
    ['text', { ...CHAT, quantity: '1' }, '/quantity', 'wrong_type'],
    ['nothing', { kind: 'chat_message' }, '/quantity', 'required'],
    ['another kind', { ...CHAT, kind: 'research' }, '/kind', 'not_one_of'],
    ['a long member', { ...CHAT, member: 'x'.repeat(65) }, '/member', 'too_long'],
    ['a price', { ...CHAT, credits: 0 }, '/credits', 'unknown_field'],
  ])(
    'that is invalid is refused with a pointer, and leaves its key free: %s',
    async (_name, body, pointer, code) => {
      const problem = expectProblem(await use('wrong', body), 400, 'invalid_request');
      expect(problem['errors']).toMatchObject([{ pointer, code }]);
      expect(await balance()).toMatchObject({ available: 1_000 });
      expect((await use('wrong')).status).toBe(201);
    },
  );

  it('without an Idempotency-Key, without the scope or without an account that exists is refused', async () => {
    const without = await api.call('/v1/usage', { key: account.key, body: CHAT });
    expectProblem(without, 400, 'idempotency_key_missing');
    const reader = await api.createKey(account.accountId, ['credits:read', 'jobs:read']);
    expectProblem(await use('k', CHAT, { ...account, key: reader }), 403, 'forbidden');
    const platform = (headers: Record<string, string>) =>
      api.call('/v1/usage', {
        key: api.platformKey,
        body: CHAT,
        headers: { 'Idempotency-Key': 'p', ...headers },
      });
    expectProblem(await platform({}), 400, 'invalid_request');
    expectProblem(await platform({ 'Holdfast-Account': 'acct_nobody' }), 404, 'not_found');
    expect((await platform({ 'Holdfast-Account': account.accountId })).status).toBe(201);
  });
});

describe('the estimate', () => {
  const estimate = (query: string, key = account.key) => api.call(`/v1/estimate${query}`, { key });

  it.each([
    [60_000, 1_714, 85],
    [0, 0, 0],
  ])('of %i credits is %i statics or %i videos', async (credits, statics, videos) => {
    const answer = await estimate(`?credits=${String(credits)}`);
    expect([answer.status, answer.json()]).toEqual([200, { credits, statics, videos, price_list: 1 }]);
  });

  it('without a number is of the available credits', async () => {
    await use('a', { ...CHAT, quantity: 300 });
    expect((await estimate('')).json()).toEqual({ credits: 700, statics: 20, videos: 1, price_list: 1 });
  });

  it.each(['-1', '1.5', '9007199254740992', 'many', '', '1e3'])(
    'of what is no number of credits is refused: %j',
    async (credits) => {
      const problem = expectProblem(await estimate(`?credits=${credits}`), 400, 'invalid_request');
      expect(problem['errors']).toMatchObject([{ pointer: '/credits' }]);
    },
  );
});
