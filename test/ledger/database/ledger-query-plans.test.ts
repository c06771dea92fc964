import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { fillAccounts } from '../../bench/ledger/bench-accounts.ts';
import { fillHistory } from '../../bench/ledger/fill-history.ts';
import { capturePlans, type PlanCapture } from './captured-plans.ts';
import {
  commitItem,
  createLedgerFixture,
  grantItem,
  releaseItem,
  reserveItem,
  type LedgerFixture,
} from '../ledger-fixture.ts';
import { refundItem } from '../refunds/refund-calls.ts';
import { playVerbs, type VerbItem, type VerbName } from '../sql-verbs.ts';

const ACCOUNTS = 2_000;
const ACCOUNT = 'acct_7';
const LIMITS = {
  member_credits_per_period: 1_000_000,
  overrides: Array.from({ length: 5 }, (_, n) => ({
    member: `member_${String(n)}`,
    credits_per_period: 1_000,
  })),
};

let ledger: LedgerFixture;
let plans: PlanCapture;
beforeAll(async () => {
  ledger = await createLedgerFixture();
  await fillAccounts(ledger.owner, ACCOUNTS);
  await fillHistory(ledger.owner, { accounts: ACCOUNTS, cyclesPerAccount: 20 });
  await ledger.owner.query(
    `SELECT ledger.set_limits('acct_' || n, $2, 'test', 'test') FROM generate_series(0, $1 - 1) n`,
    [ACCOUNTS, LIMITS],
  );
  await ledger.owner.query('VACUUM (ANALYZE)');
  plans = await capturePlans(ledger.ownerUrl);
  // As the functions that processes call set it.
  await plans.client.query('SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan');
});
beforeEach(() => {
  plans.takeScannedTables();
});
afterAll(async () => {
  await plans.close();
  await ledger.expectReconciled();
  await ledger.close();
});

async function scannedBy(text: string, values: readonly unknown[]): Promise<readonly string[]> {
  const before = plans.planCount();
  await plans.client.query(text, [...values]);
  expect(plans.planCount()).toBeGreaterThan(before);
  return plans.takeScannedTables();
}

async function verb(name: VerbName, item: object): Promise<readonly string[]> {
  const before = plans.planCount();
  await playVerbs(plans.client, name, [item as VerbItem]);
  expect(plans.planCount()).toBeGreaterThan(before);
  return plans.takeScannedTables();
}

test('a table that is read from end to end is seen, also inside a function', async () => {
  expect(await scannedBy('SELECT sum(amount) FROM ledger.entries', [])).toEqual(['entries']);
  expect(await scannedBy('SELECT count(*) FROM ledger.reconcile(60)', [])).toContain('grants');
});

test('no verb that moves credits reads a table from end to end', async () => {
  const member = { member: 'ann' };
  const calls: [VerbName, object][] = [
    ['grant', grantItem(ACCOUNT, 'more', 100)],
    ['reserve', reserveItem(ACCOUNT, 'kept', 5, member)],
    ['reserve', reserveItem(ACCOUNT, 'returned', 5, member)],
    ['settle', commitItem(ACCOUNT, 'kept', 4)],
    ['settle', releaseItem(ACCOUNT, 'returned')],
    ['spend', { account_id: ACCOUNT, spend_id: 'spent', amount: 1, note: 'chat', ...member }],
    ['refund', refundItem(ACCOUNT, 'kept', 'refund', 1)],
  ];
  for (const [name, item] of calls) expect([name, await verb(name, item)]).toEqual([name, []]);
});

test.each([
  ['the balance', 'SELECT ledger.read_balance($1)', []],
  ['the history', 'SELECT * FROM ledger.read_entries($1, NULL, 50, NULL, NULL, NULL, NULL)', []],
  ['a grant', 'SELECT ledger.read_grant($1, $2)', ['grant_7']],
  ['the limits', 'SELECT ledger.read_limits($1)', []],
  ['the members and projects', "SELECT ledger.read_spenders($1, 'member', $2, 50)", ['ann']],
])('reading %s of an account reads no table from end to end', async (_, text, others) => {
  expect(await scannedBy(text, [ACCOUNT, ...others])).toEqual([]);
});
