import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setPlan } from '../../../ledger/plan.ts';
import { REPLACE_CLOCK } from '../../harness/template-database.ts';
import { holdAccount } from '../held-account.ts';
import { startRunningStack, type RunningStack } from '../running-stack.ts';
import { SUPERSCALE_PLAN_RULES } from '../../harness/superscale.ts';

const DAY_MS = 24 * 3_600_000;
/** Credit maintenance runs every second here; a killed worker's step is given up after 10 s without a heartbeat. */
const WITHIN_MS = 60_000;

let running: RunningStack;
let owner: pg.Pool;
/** The test's clock: a minute after the stack's start, behind which nothing is counted yet, and then what a test makes it. */
let now: Date;

beforeAll(async () => {
  running = await startRunningStack(0, { workerEnv: { CREDIT_MAINTENANCE_INTERVAL_SECONDS: '1' } });
  owner = new pg.Pool({ connectionString: running.stack.info().database_owner_url, max: 2 });
  now = new Date(Date.now() + 60_000);
  await owner.query(REPLACE_CLOCK);
  await moveClock(0);
});
afterAll(async () => {
  await owner.end();
  await running.close();
});

async function moveClock(days: number): Promise<void> {
  now = new Date(now.getTime() + days * DAY_MS);
  await running.rows('UPDATE ledger.test_clock SET frozen_at = $1', [now]);
}

async function subscribe(renewal: 'automatic' | 'by_call'): Promise<string> {
  const accountId = await running.openAccount();
  const call = { accountId, reference: 'first', plan: 'starter', periodStart: null, renewal };
  await setPlan(owner, SUPERSCALE_PLAN_RULES, { ...call, actor: 'test', reason: 'test' });
  return accountId;
}

async function entriesOf(accountId: string): Promise<readonly [string, number][]> {
  const rows = await running.rows<{ kind: string; amount: string }>(
    'SELECT kind, amount FROM ledger.entries WHERE account_id = $1 ORDER BY seq',
    [accountId],
  );
  return rows.map((row) => [row.kind, Number(row.amount)]);
}

describe('time alone', () => {
  it('renews an automatic plan and expires the rest of its last period, without a call', async () => {
    const automatic = await subscribe('automatic');
    const byCall = await subscribe('by_call');
    const atFirst = [
      ['grant', 1_000],
      ['grant', 4_000],
    ];
    expect(await entriesOf(automatic)).toEqual(atFirst);

    await moveClock(32);
    await expect
      .poll(() => entriesOf(automatic), { timeout: WITHIN_MS })
      .toEqual([...atFirst, ['expire', 4_000], ['grant', 4_000]]);
    await expect
      .poll(() => entriesOf(byCall), { timeout: WITHIN_MS })
      .toEqual([...atFirst, ['expire', 4_000]]);
    const { body: balance } = await running.call('GET', '/v1/balance', { account: automatic });
    expect(balance).toMatchObject({ available: 5_000, reserved: 0 });
    expect(await running.reconcile()).toEqual([]);
  });

  it('does nothing twice when the worker is killed in the middle of a page', async () => {
    const accounts = await Promise.all([
      subscribe('automatic'),
      subscribe('automatic'),
      subscribe('automatic'),
    ]);
    // The page cannot finish before this account is let go.
    const held = await holdAccount(running.stack.info().database_owner_url, [...accounts].sort()[2] ?? '');
    await moveClock(32);
    await held.untilWaiting('ledger.renew_plans');
    running.stack.kill('worker', 'SIGKILL');
    await held.release();
    await running.stack.whenReady('worker');
    await moveClock(32);
    for (const account of accounts) {
      const periods = [
        ['expire', 4_000],
        ['grant', 4_000],
      ];
      await expect
        .poll(() => entriesOf(account), { timeout: WITHIN_MS })
        .toEqual([['grant', 1_000], ['grant', 4_000], ...periods, ...periods]);
    }
    expect(await running.reconcile()).toEqual([]);
  });
});
