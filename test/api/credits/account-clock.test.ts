import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProblem, STATIC_AD, type TestAccount } from '../api-fixture.ts';
import { runHoldfast } from '../commands/run-holdfast.ts';
import { createApiWithWorker, type ApiWithWorker } from '../api-with-worker.ts';

const DAY_MS = 86_400_000;
const READY_WITHIN_MS = 20_000;

let api: ApiWithWorker;
beforeAll(async () => {
  api = await createApiWithWorker('clock');
});
afterAll(() => api.close());

const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString();
const advance = ({ accountId }: TestAccount, advance_to: unknown, key = api.platformKey) =>
  api.call(`/v1/accounts/${accountId}/clock`, { key, body: { advance_to } });
const readClock = async ({ accountId, key }: TestAccount) =>
  (await api.call(`/v1/accounts/${accountId}/clock`, { key })).json<{ now: string; state: string }>();
const balanceOf = async ({ key }: TestAccount) =>
  (await api.call('/v1/balance', { key })).json<{ available: number; reserved: number }>();

async function untilReady(account: TestAccount): Promise<string> {
  const deadline = Date.now() + READY_WITHIN_MS;
  for (;;) {
    const { now, state } = await readClock(account);
    if (state === 'ready') return now;
    expect(Date.now(), 'the clock is not there').toBeLessThan(deadline);
    await sleep(50);
  }
}

async function openMovedAccount(days: number): Promise<TestAccount> {
  const account = await api.openAccount(0, 'test');
  expect((await advance(account, inDays(days))).status).toBe(202);
  await untilReady(account);
  return account;
}

async function run(account: TestAccount, body: object, key: string) {
  const answer = await api.call('/v1/jobs', {
    key: account.key,
    headers: { 'Idempotency-Key': key, Prefer: 'wait=20' },
    body,
  });
  expect([200, 202]).toContain(answer.status);
  return answer.json<{ id: string; state: string; created_at: string; failure: { code: string } | null }>();
}

describe('the clock of a test account', () => {
  it('moved by 45 days renews the plan at the end of each period, and says when it is there', async () => {
    const account = await api.openAccount(0, 'test');
    await api.call(`/v1/accounts/${account.accountId}/plan`, {
      ...{ method: 'PUT', key: api.platformKey },
      body: { plan: 'starter', reference: 'sub-1', renewal: 'automatic' },
    });
    const before = await balanceOf(account);
    const target = inDays(45);
    const asked = await advance(account, target);
    expect(asked.status).toBe(202);
    expect(asked.json()).toMatchObject({ state: expect.stringMatching(/^(advancing|ready)$/) });
    const now = await untilReady(account);
    expect(now >= target).toBe(true);
    expect(await balanceOf(account)).toMatchObject({ available: before.available, reserved: 0 });
    const entries = (await api.call('/v1/entries', { key: account.key })).json<{
      data: readonly { kind: string; created_at: string }[];
    }>();
    expect(entries.data.slice(0, 2).map(({ kind }) => kind)).toEqual(['grant', 'expire']);
    expect(entries.data[0]?.created_at.slice(0, 10)).not.toBe(new Date().toISOString().slice(0, 10));
    // Asked again after a lost response, it is the same request.
    expect((await advance(account, target)).status).toBe(202);
  });

  it('is moved at the command line, which waits until the clock is there', async () => {
    const { accountId } = await api.openAccount(0, 'test');
    const target = inDays(3);
    const moved = await runHoldfast(api, ['account', 'clock', accountId, '--advance-to', target, '--json']);
    expect(moved).toMatchObject({ code: 0, stderr: '' });
    const clock = JSON.parse(moved.stdout) as { now: string; state: string };
    expect([clock.state, clock.now >= target]).toEqual(['ready', true]);
    const shown = await runHoldfast(api, ['account', 'clock', accountId]);
    expect(shown.stdout).toMatch(/Now +\d{4}-.*\nState +ready\n/);
    const refused = await runHoldfast(api, ['account', 'clock', accountId, '--advance-to', inDays(-1)]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/advance_to.*Later than the account’s now/s);
  });

  it('is not moved for a live account, backward, too far, or to what is no time', async () => {
    const live = await api.openAccount();
    expectProblem(await advance(live, inDays(1)), 409, 'state_conflict');
    const account = await api.openAccount(0, 'test');
    const wrong = [inDays(-1), inDays(63), 'tomorrow', null, 7];
    for (const advance_to of wrong) {
      const problem = expectProblem(await advance(account, advance_to), 400, 'invalid_request');
      expect(problem['errors']).toMatchObject([{ pointer: '/advance_to' }]);
    }
    const { now, state } = await readClock(account);
    expect(state).toBe('ready');
    expect(Math.abs(Date.parse(now) - Date.now())).toBeLessThan(60_000);
    expectProblem(await advance({ ...account, accountId: 'acct_other' }, inDays(1)), 404, 'not_found');
  });

  it('moved by 40 days changes nothing for jobs after it: a quote holds, and a deadline is as long', async () => {
    const account = await openMovedAccount(40);
    const quote = (await api.call('/v1/quotes', { key: account.key, body: STATIC_AD })).json<{
      id: string;
    }>();
    const delivered = await run(account, { ...STATIC_AD, quote_id: quote.id }, 'quoted');
    expect(delivered.state).toBe('succeeded');
    const usage = (await api.call('/v1/usage', { key: account.key })).json<{ data: { credits: number }[] }>();
    expect(
      usage.data.map(({ credits }) => credits),
      'charged today, by the account’s clock',
    ).toEqual([35]);
    const days = (await api.call('/v1/balance/days?days=2', { key: account.key })).json<{ from: string }>();
    expect(days.from.slice(0, 10)).toBe(inDays(39).slice(0, 10));
    expect(Date.parse(delivered.created_at)).toBeGreaterThan(Date.now() + 39 * DAY_MS);

    const overdue = { ...STATIC_AD, test_scenario: 'never_finishes', deadline_seconds: 3 };
    const failed = await run(account, overdue, 'overdue');
    expect([failed.state, failed.failure?.code]).toEqual(['failed', 'run_deadline']);
    const batch = { kind: 'static_ad', brief: { headline: 'A kettle' }, variations: 2 };
    expect((await run(account, batch, 'batch')).state).toBe('succeeded');
    expect(await balanceOf(account)).toMatchObject({ reserved: 0, available: 1_000 - 3 * 35 });
  });

  it('moved past the return_by of a job fails the job, and returns its credits', async () => {
    const account = await api.openAccount(0, 'test');
    const submitted = await api.call('/v1/jobs', {
      ...{ key: account.key, headers: { 'Idempotency-Key': 'passed' } },
      body: { ...STATIC_AD, test_scenario: 'never_finishes' },
    });
    expect(await balanceOf(account)).toMatchObject({ reserved: 35 });
    await advance(account, inDays(2));
    await untilReady(account);
    expect(await balanceOf(account)).toMatchObject({ available: 1_000, reserved: 0 });
    const { id } = submitted.json<{ id: string }>();
    const job = (await api.call(`/v1/jobs/${id}`, { key: account.key })).json<object>();
    expect(job).toMatchObject({
      state: 'failed',
      failure: { code: 'run_deadline', at_fault: 'provider' },
    });
  });
});
