import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createLedgerFixture, releaseItem, reserveItem, type LedgerFixture } from '../ledger-fixture.ts';
import { SUPERSCALE_PLAN_RULES } from '../../harness/superscale.ts';

let ledger: LedgerFixture;
beforeAll(async () => {
  ledger = await createLedgerFixture();
});
afterEach(() => ledger.expectReconciled());
afterAll(() => ledger.close());

const spend = (account: string, id: string, amount: number) =>
  ledger.spend([{ account_id: account, spend_id: id, amount, note: 'chat_message' }]);
const refund = (account: string, id: string) =>
  ledger.refund([
    {
      account_id: account,
      reservation_id: id,
      refund_id: `of ${id}`,
      amount: null,
      reason: 'test',
      goodwill_seconds: 60,
    },
  ]);

async function startPlan(account: string, periodStart: string): Promise<void> {
  await ledger.worker.query(
    `SELECT ledger.set_plan($1, 'call', 'starter', $2, 'by_call', $3, 'test', 'test')`,
    [account, periodStart, SUPERSCALE_PLAN_RULES],
  );
}

async function spentThisPeriod(account: string): Promise<number> {
  const { rows } = await ledger.worker.query<{ spent: number }>(
    `SELECT (ledger.read_balance($1)->>'spent_this_period')::int AS spent`,
    [account],
  );
  return rows[0]?.spent ?? -1;
}

async function periodStartOf(account: string): Promise<string | undefined> {
  const { rows } = await ledger.worker.query<{ at: string }>(
    `SELECT ledger.read_balance($1)->>'period_starts_at' AS at`,
    [account],
  );
  return rows[0]?.at.slice(0, 'YYYY-MM-DD'.length);
}

test('a balance says since when its spend counts: 0 right after a plan is set on the day of a spend', async () => {
  await ledger.setClock(new Date('2026-01-31T00:00:00Z'));
  const account = await ledger.openAccount('says_since', 1_000);
  await ledger.setClock(new Date('2026-02-10T00:00:00Z'));
  await spend(account, 'before', 745);
  expect([await spentThisPeriod(account), await periodStartOf(account)]).toEqual([745, '2026-01-31']);
  await ledger.setClock(new Date('2026-02-10T12:00:00Z'));
  await startPlan(account, '2026-02-10T12:00:00Z');
  expect([await spentThisPeriod(account), await periodStartOf(account)]).toEqual([0, '2026-02-10']);
  // Nothing has been asked of the account since its period ended: it counts from the period that it is in now.
  await ledger.setClock(new Date('2026-05-20T00:00:00Z'));
  expect([await spentThisPeriod(account), await periodStartOf(account)]).toEqual([0, '2026-05-10']);
  await spend(account, 'after', 3);
  expect([await spentThisPeriod(account), await periodStartOf(account)]).toEqual([3, '2026-05-10']);
});

test('a plan reported after its period began counts what was spent since, and nothing before', async () => {
  await ledger.setClock(new Date('2026-01-03T00:00:00Z'));
  const account = await ledger.openAccount('late_news', 1_000);
  await spend(account, 'before', 100);
  await ledger.setClock(new Date('2026-01-10T00:00:00Z'));
  await spend(account, 'since', 20);
  await ledger.setClock(new Date('2026-01-15T00:00:00Z'));
  await startPlan(account, '2026-01-05T00:00:00Z');
  expect(await spentThisPeriod(account)).toBe(20);
  await spend(account, 'after', 3);
  expect(await spentThisPeriod(account)).toBe(23);
  await refund(account, 'since');
  expect(await spentThisPeriod(account)).toBe(3);
  await refund(account, 'before');
  expect(await spentThisPeriod(account)).toBe(3);
});

test('a plan whose period begins with the account’s but ends earlier ends the period that spend is counted in', async () => {
  await ledger.setClock(new Date('2026-01-31T00:00:00Z'));
  const account = await ledger.openAccount('ends_earlier', 1_000);
  await ledger.setClock(new Date('2026-03-01T00:00:00Z'));
  await spend(account, 'in february’s', 5);
  await startPlan(account, '2026-02-28T00:00:00Z');
  expect(await spentThisPeriod(account)).toBe(5);
  await ledger.setClock(new Date('2026-03-28T00:00:00Z'));
  await spend(account, 'in march’s', 7);
  expect(await spentThisPeriod(account)).toBe(7);
});

test('credits that come back expired do not make a low balance fall again', async () => {
  await ledger.setClock(new Date('2026-01-31T00:00:00Z'));
  const account = await ledger.openAccount('falls_once');
  await ledger.owner.query('UPDATE ledger.accounts SET low_balance_at = 700 WHERE account_id = $1', [
    account,
  ]);
  await startPlan(account, '2026-01-31T00:00:00Z');
  await ledger.reserve([reserveItem(account, 'r', 4_000)]);
  await ledger.setClock(new Date('2026-03-05T00:00:00Z'));
  await ledger.settle([releaseItem(account, 'r', { cause: 'canceled', expired_policy: 'expire' })]);
  const { rows } = await ledger.owner.query(
    'SELECT available FROM ledger.low_balance_notices WHERE account_id = $1',
    [account],
  );
  expect(rows).toEqual([{ available: '0' }]);
});
