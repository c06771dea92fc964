import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  commitItem,
  createLedgerFixture,
  grantItem,
  releaseItem,
  reserveItem,
  type LedgerFixture,
} from './ledger-fixture.ts';
import { amountsOf } from './refunds/refund-calls.ts';

let ledger: LedgerFixture;
let account: string;
let accounts = 0;
beforeAll(async () => {
  ledger = await createLedgerFixture();
});
beforeEach(async () => {
  account = await openSpender(`acct_${String(++accounts)}`);
});
afterEach(() => ledger.expectReconciled());
afterAll(() => ledger.close());

async function openSpender(name: string): Promise<string> {
  await ledger.openAccount(name);
  await ledger.grant([
    grantItem(name, 'last', 50, { priority: 3 }),
    grantItem(name, 'second', 30, { priority: 2 }),
    grantItem(name, 'first', 20, { priority: 1 }),
  ]);
  return name;
}

function spendItem(spendId: string, amount: unknown, other: object = {}): object {
  return { account_id: account, spend_id: spendId, amount, note: 'chat_message', ...other };
}

async function outcomes(...items: readonly object[]): Promise<unknown[]> {
  return (await ledger.spend(items)).map((row) => row['outcome']);
}

test('a spend is charged at once, and answered with the balance', async () => {
  expect(await ledger.spend([spendItem('s', 1)])).toEqual([
    { outcome: 'spent', available: '99', reserved: '0' },
  ]);
  expect(await ledger.balanceOf(account)).toEqual({
    available: 99,
    reserved: 0,
    spent: 1,
    expired: 0,
    voided: 0,
  });
});

test('spends burn in the order of reserves', async () => {
  await outcomes(spendItem('s1', 15), spendItem('s2', 40));
  expect(await amountsOf(ledger, account, 'available')).toEqual({ first: 0, second: 0, last: 45 });
});

test('a spend writes its entries under its own kind, with its note', async () => {
  await outcomes(spendItem('s', 25));
  const { rows } = await ledger.worker.query(
    `SELECT kind, credits::int, grant_id, reason, balance_after::int FROM ledger.read_entries($1, NULL, 2, NULL, NULL, NULL, NULL)`,
    [account],
  );
  expect(rows).toEqual([
    { kind: 'spend', credits: -5, grant_id: 'second', reason: 'chat_message', balance_after: 75 },
    { kind: 'spend', credits: -20, grant_id: 'first', reason: 'chat_message', balance_after: 80 },
  ]);
});

test('the same spend again, also twice in one array, is charged once (invariant 9)', async () => {
  expect(await outcomes(spendItem('s', 5), spendItem('s', 5))).toEqual(['spent', 'spent']);
  expect(await outcomes(spendItem('s', 5, { note: 'another note' }))).toEqual(['spent']);
  expect(await ledger.balanceOf(account)).toMatchObject({ available: 95, spent: 5 });
});

test('the same id with another amount, member or project is a conflict (invariant 9)', async () => {
  await outcomes(spendItem('s', 5));
  for (const other of [
    spendItem('s', 6),
    spendItem('s', 5, { member: 'ann' }),
    spendItem('s', 5, { project: 'p' }),
  ]) {
    expect(await outcomes(other)).toEqual(['key_reused']);
  }
  expect(await ledger.balanceOf(account)).toMatchObject({ spent: 5 });
});

test('a spend and a reservation of one id conflict, whichever came first', async () => {
  await outcomes(spendItem('s', 5));
  expect(await ledger.reserve([reserveItem(account, 's', 5, { job_id: null })])).toMatchObject([
    { outcome: 'key_reused' },
  ]);
  await ledger.reserve([reserveItem(account, 'r', 5)]);
  expect(await outcomes(spendItem('r', 5))).toEqual(['key_reused']);
});

test('a spend cannot be released or committed: it has ended', async () => {
  await outcomes(spendItem('s', 5));
  expect(
    await ledger.settle([
      releaseItem(account, 's'),
      commitItem(account, 's', 5),
      commitItem(account, 's', 4),
    ]),
  ).toMatchObject([
    { outcome: 'committed', is_replay: true },
    { outcome: 'committed', is_replay: true },
    { outcome: 'key_reused' },
  ]);
  expect(await ledger.balanceOf(account)).toMatchObject({ spent: 5 });
});

test('a spend of more than the balance charges nothing, one of the whole balance does', async () => {
  expect(await outcomes(spendItem('s1', 101), spendItem('s2', 100), spendItem('s3', 1))).toEqual([
    'insufficient_credits',
    'spent',
    'insufficient_credits',
  ]);
  expect(await outcomes(spendItem('s2', 100))).toEqual(['spent']);
});

test('reserved credits are not spent', async () => {
  await ledger.reserve([reserveItem(account, 'r', 60)]);
  expect(await outcomes(spendItem('s1', 41), spendItem('s2', 40))).toEqual(['insufficient_credits', 'spent']);
});

test.each([0, -1, 1_000_000_000_001, null])('a spend of %s is refused', async (amount) => {
  expect(await outcomes(spendItem('s', amount))).toEqual(['invalid_amount']);
  expect(await ledger.balanceOf(account)).toMatchObject({ available: 100, spent: 0 });
});

test('a spend cannot be made through reserve', async () => {
  expect(await ledger.reserve([reserveItem(account, 'r', 5, { reason: 'spend' })])).toMatchObject([
    { outcome: 'invalid_amount' },
  ]);
});

test('a spend of an unknown account returns account_not_found', async () => {
  expect(await ledger.spend([spendItem('s', 5, { account_id: 'nobody' })])).toMatchObject([
    { outcome: 'account_not_found', available: null },
  ]);
});

test('spends stop at the balance, and one that fits after a refused one is spent', async () => {
  const amounts = [10, 25, 40, 30, 20, 5, 1];
  expect(await outcomes(...amounts.map((amount, n) => spendItem(`s${String(n)}`, amount)))).toEqual([
    ...['spent', 'spent', 'spent', 'insufficient_credits', 'spent', 'spent', 'insufficient_credits'],
  ]);
});

test('a hundred spends at once are charged once each and stop at the last credit', async () => {
  const ids = Array.from({ length: 200 }, (_, n) => `s${String(n % 100)}`);
  const results = (await Promise.all(ids.map((id) => outcomes(spendItem(id, 3))))).flat();
  expect(results.slice(0, 100)).toEqual(results.slice(100));
  expect(results.slice(0, 100).filter((outcome) => outcome === 'spent')).toHaveLength(33);
  expect(await ledger.balanceOf(account)).toMatchObject({ available: 1, spent: 99 });
});
