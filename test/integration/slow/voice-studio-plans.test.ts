import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REPLACE_CLOCK } from '../../harness/template-database.ts';
import { startRunningStack, type Json, type RunningStack } from '../running-stack.ts';

/** Plans, packs and grants of another catalogue than the shipped one: every amount and every lifetime is that file's. */

const CATALOGUE = path.join(
  import.meta.dirname,
  '../../../examples/catalogues/voice-studio/voice-studio.mjs',
);
const START = new Date('2026-01-31T09:00:00Z');
/** Credit maintenance runs every second here. */
const WITHIN_MS = 60_000;

let running: RunningStack;
beforeAll(async () => {
  const workerEnv = { CREDIT_MAINTENANCE_INTERVAL_SECONDS: '1' };
  running = await startRunningStack(0, { workerEnv, cataloguePath: CATALOGUE });
  await running.rows(REPLACE_CLOCK);
  await setClock(START);
});
afterAll(async () => {
  expect(await running.reconcile()).toEqual([]);
  await running.close();
});

const setClock = (instant: Date) => running.rows('UPDATE ledger.test_clock SET frozen_at = $1', [instant]);
const send = (account: string, what: string, body: object) =>
  running.call(what === 'plan' ? 'PUT' : 'POST', `/v1/accounts/${account}/${what}`, { body });
const setPlan = (account: string, plan: string | null, reference: string, renewal = 'automatic') =>
  send(account, 'plan', { plan, reference, renewal });

/** Source, credits and end of each grant, in the order in which they are spent. */
async function grantsOf(account: string): Promise<readonly unknown[]> {
  const { body } = await running.call('GET', '/v1/balance', { account });
  return (body.grants as Json[]).map(({ source, available, expires_at }: Json) => [
    source as string,
    available as number,
    expires_at as string | null,
  ]);
}

const SIGN_UP = ['sign_up', 500, null];

describe('a voice studio', () => {
  it('gives its own sign-up credits, and tells of a low balance at its own level', async () => {
    const account = await running.openAccount();
    expect(await grantsOf(account)).toEqual([SIGN_UP]);
    expect(
      await running.rows('SELECT low_balance_at::int AS below FROM ledger.accounts WHERE account_id = $1', [
        account,
      ]),
    ).toEqual([{ below: 110 }]);
  });

  it('sets its own plan, and renews it by the clock without any call', async () => {
    await setClock(START);
    const account = await running.openAccount();
    const { status, body } = await setPlan(account, 'solo', 'sub-1');
    expect([status, body]).toEqual([200, expect.objectContaining({ plan: 'solo', next_plan: 'solo' })]);
    expect(await grantsOf(account)).toEqual([['plan', 2_000, '2026-02-28T09:00:00.000Z'], SIGN_UP]);

    await setClock(new Date('2026-03-01T00:00:00Z'));
    await expect
      .poll(() => grantsOf(account), { timeout: WITHIN_MS })
      .toEqual([['plan', 2_000, '2026-03-31T09:00:00.000Z'], SIGN_UP]);
    expect(
      await running.rows(
        `SELECT kind, sum(amount)::int AS credits FROM ledger.entries WHERE account_id = $1
         GROUP BY kind ORDER BY kind::text`,
        [account],
      ),
    ).toEqual([
      { kind: 'expire', credits: 2_000 },
      { kind: 'grant', credits: 4_500 },
    ]);
  });

  it('grants what is missing to its higher plan, and pays its own referral at the first paid period', async () => {
    await setClock(START);
    const [inviter, invited] = [await running.openAccount(), await running.openAccount()];
    await send(invited, 'referrals', { inviter_id: inviter });
    await setPlan(invited, 'solo', 'sub-1');
    await setPlan(invited, 'team', 'sub-2');
    expect(await grantsOf(inviter)).toEqual([['referral', 300, '2026-07-31T09:00:00.000Z'], SIGN_UP]);
    const { body } = await running.call('GET', '/v1/balance', { account: invited });
    expect(body).toMatchObject({ available: 10_500 });
  });

  it('sells its own pack, and gives its own trial, once', async () => {
    await setClock(START);
    const account = await running.openAccount();
    const bought = await send(account, 'grants', { source: 'top_up', pack: 'hour', reference: 'pi_1' });
    expect(bought).toMatchObject({
      status: 201,
      body: { amount: 1_500, expires_at: '2028-01-31T09:00:00.000Z' },
    });
    const trial = await send(account, 'grants', { source: 'trial', reference: 'trial-1' });
    expect(trial).toMatchObject({
      status: 201,
      body: { amount: 800, expires_at: '2026-02-14T09:00:00.000Z' },
    });
    expect(await send(account, 'grants', { source: 'trial', reference: 'trial-2' })).toMatchObject({
      status: 409,
    });
    const plain = await send(account, 'grants', { source: 'top_up', credits: 7, reference: 'pi_2' });
    expect(plain.body).toMatchObject({ amount: 7, expires_at: '2028-01-31T09:00:00.000Z' });
  });

  it('refuses the plans and packs of the shipped catalogue, each with its pointer', async () => {
    const account = await running.openAccount();
    const plan = await setPlan(account, 'starter', 'sub-1');
    expect(plan).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/plan', code: 'not_one_of', detail: 'One of: solo, team.' }] },
    });
    const pack = await send(account, 'grants', { source: 'top_up', pack: 'medium', reference: 'pi_1' });
    expect(pack).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/pack', code: 'not_one_of', detail: 'One of: hour.' }] },
    });
    expect(await grantsOf(account)).toEqual([SIGN_UP]);
  });
});
