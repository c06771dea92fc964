import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { fillAccounts } from '../bench/ledger/bench-accounts.ts';
import { fillHistory } from '../bench/ledger/fill-history.ts';
import { capturePlans, type PlanCapture } from './captured-plans.ts';
import {
  commitItem,
  createLedgerFixture,
  grantItem,
  releaseItem,
  reserveItem,
  type LedgerFixture,
} from './ledger-fixture.ts';
import { refundItem } from './refund-calls.ts';

const ACCOUNTS = 2_000;
const ACCOUNT = 'acct_7';
const LIMITS = {
  member_credits_per_period: 1_000_000,
  overrides: Array.from({ length: 5 }, (_, n) => ({
    member: `member_${String(n)}`,
    credits_per_period: 1_000,
  })),
};
/** More than the ledger works one by one. */
const MANY = 40;

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

function verb(name: string, items: readonly object[]): Promise<readonly string[]> {
  return scannedBy(`SELECT * FROM ledger.${name}($1)`, [JSON.stringify(items)]);
}

/** An item for each of so many accounts. */
function each(count: number, item: (account: string, n: number) => object): object[] {
  return Array.from({ length: count }, (_, n) => item(`acct_${String(n)}`, n));
}

test('a table that is read from end to end is seen, also inside a function', async () => {
  expect(await scannedBy('SELECT sum(amount) FROM ledger.entries', [])).toEqual(['entries']);
  expect(await scannedBy('SELECT count(*) FROM ledger.reconcile(60)', [])).toContain('accounts');
});

test.each([
  ['alone', 1],
  ['in a batch', MANY],
])('no verb that moves credits reads a table from end to end, %s', async (_, count) => {
  const member = { member: 'ann' };
  const id = (name: string) => `${name}_${String(count)}`;
  const calls: [string, object[]][] = [
    ['grant_credits', each(count, (account) => grantItem(account, `${id('more')}_${account}`, 100))],
    ['reserve', each(count, (account) => reserveItem(account, id('kept'), 5, member))],
    ['reserve', each(count, (account) => reserveItem(account, id('returned'), 5, member))],
    ['settle', each(count, (account) => commitItem(account, id('kept'), 4))],
    ['settle', each(count, (account) => releaseItem(account, id('returned')))],
    [
      'spend',
      each(count, (account) => ({
        account_id: account,
        spend_id: id('spent'),
        amount: 1,
        note: 'chat',
        ...member,
      })),
    ],
    ['refund', each(count, (account) => refundItem(account, id('kept'), id('refund'), 1))],
  ];
  for (const [name, items] of calls) expect([name, await verb(name, items)]).toEqual([name, []]);
});

test.each([
  ['the balance', 'SELECT ledger.read_balance($1)', []],
  ['the history', 'SELECT * FROM ledger.read_entries($1, NULL, 50, NULL, NULL, NULL, NULL)', []],
  ['a grant', 'SELECT ledger.read_grant($1, $2)', ['grant_7']],
  ['the limits', 'SELECT ledger.read_limits($1)', []],
])('reading %s of an account reads no table from end to end', async (_, text, others) => {
  expect(await scannedBy(text, [ACCOUNT, ...others])).toEqual([]);
});
