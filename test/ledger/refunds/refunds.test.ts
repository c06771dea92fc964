import { expect, test } from 'vitest';
import { withFreshAccounts } from '../fresh-accounts.ts';
import {
  commitItem,
  createLedgerFixture,
  grantItem,
  releaseItem,
  reserveItem,
  type LedgerFixture,
} from '../ledger-fixture.ts';
import { amountsOf, refundItem } from './refund-calls.ts';

const NOW = new Date('2026-03-01T00:00:00Z');
const EXPIRY = new Date('2026-03-02T00:00:00Z');

let ledger: LedgerFixture;
let account: string;
withFreshAccounts(createLedgerFixture, { now: NOW }, async (fixture, fresh) => {
  ledger = fixture;
  account = fresh;
  await ledger.grant([
    grantItem(account, 'first', 30, { priority: 1, expires_at: EXPIRY }),
    grantItem(account, 'second', 30, { priority: 2 }),
    grantItem(account, 'third', 40, { priority: 3 }),
  ]);
});

async function charge(reservationId: string, amount: number, committed = amount): Promise<void> {
  await ledger.reserve([reserveItem(account, reservationId, amount)]);
  await ledger.settle([commitItem(account, reservationId, committed)]);
}

async function refund(refundId: string, amount: number | null, reservationId = 'r', other: object = {}) {
  return (await ledger.refund([refundItem(account, reservationId, refundId, amount, other)]))[0];
}

test('a whole refund returns everything committed to its grants', async () => {
  await charge('r', 80);
  expect(await refund('f', null)).toEqual({ outcome: 'refunded', credits: '80', refunded: '80' });
  expect(await ledger.balanceOf(account)).toEqual({
    available: 100,
    reserved: 0,
    spent: 0,
    expired: 0,
    voided: 0,
  });
  expect(await amountsOf(ledger, account, 'available')).toEqual({ first: 30, second: 30, third: 40 });
});

test('partial refunds go back in reverse of the burn order, each from where the last one ended', async () => {
  await charge('r', 80);
  await refund('f1', 10);
  expect(await amountsOf(ledger, account, 'spent')).toEqual({ first: 30, second: 30, third: 10 });
  await refund('f2', 25);
  expect(await amountsOf(ledger, account, 'spent')).toEqual({ first: 30, second: 15, third: 0 });
  expect(await refund('f3', 45)).toMatchObject({ outcome: 'refunded', credits: '45', refunded: '80' });
  expect(await amountsOf(ledger, account, 'spent')).toEqual({ first: 0, second: 0, third: 0 });
  const { rows } = await ledger.owner.query(
    `SELECT f.refund_id, array_agg(e.grant_id ORDER BY e.seq) AS ids, array_agg(e.amount::int ORDER BY e.seq) AS amounts
     FROM ledger.refunds f JOIN ledger.entries e ON e.account_id = f.account_id AND f.entries @> e.seq
     WHERE f.account_id = $1 GROUP BY f.refund_id ORDER BY 1`,
    [account],
  );
  expect(rows).toEqual([
    { refund_id: 'f1', ids: ['third'], amounts: [10] },
    { refund_id: 'f2', ids: ['third', 'second'], amounts: [10, 15] },
    { refund_id: 'f3', ids: ['second', 'first'], amounts: [15, 30] },
  ]);
});

test('a refund of a charge of less than was reserved gives back the charge alone', async () => {
  await charge('r', 80, 45);
  await refund('f1', 10);
  expect(await amountsOf(ledger, account, 'spent')).toEqual({ first: 30, second: 5, third: 0 });
  expect(await refund('f2', null)).toMatchObject({ credits: '35', refunded: '45' });
  expect(await ledger.balanceOf(account)).toMatchObject({ available: 100, spent: 0 });
});

test('no more is refunded than was committed (invariant 8)', async () => {
  await charge('r', 50);
  expect(await refund('f1', 51)).toMatchObject({ outcome: 'exceeds_committed', credits: null });
  expect(await refund('f2', 50)).toMatchObject({ outcome: 'refunded' });
  for (const amount of [1, null])
    expect(await refund('f3', amount)).toMatchObject({ outcome: 'exceeds_committed' });
  expect(await ledger.balanceOf(account)).toMatchObject({ available: 100, spent: 0 });
});

test('the same refund again, or twice in one array, is given once and answered the same (invariant 9)', async () => {
  await charge('r', 50);
  const item = refundItem(account, 'r', 'f', 20);
  const rows = await ledger.refund([item, item]);
  rows.push(...(await ledger.refund([item])));
  expect(rows.map((row) => [row['outcome'], row['credits'], row['refunded']])).toEqual(
    Array.from({ length: 3 }, () => ['refunded', '20', '20']),
  );
  expect(await ledger.balanceOf(account)).toMatchObject({ spent: 30 });
});

test('the same id with other content is a conflict, and gives nothing (invariant 9)', async () => {
  await charge('r', 30);
  await charge('other', 30);
  await refund('f', 20);
  expect(await refund('f', 21)).toMatchObject({ outcome: 'key_reused' });
  expect(await refund('f', null)).toMatchObject({ outcome: 'key_reused' });
  expect(await refund('f', 20, 'other')).toMatchObject({ outcome: 'key_reused' });
  expect(await ledger.balanceOf(account)).toMatchObject({ spent: 40 });
});

test('a refund of all that is left has the same outcome later, when more has come and gone', async () => {
  await charge('r', 50);
  await refund('f1', 20);
  expect(await refund('rest', null)).toMatchObject({ credits: '30', refunded: '50' });
  expect(await refund('rest', null)).toMatchObject({ outcome: 'refunded', credits: '30', refunded: '50' });
});

test('credits of expired grants return as one goodwill grant of 90 days, the rest to live grants', async () => {
  await ledger.grant([grantItem(account, 'first_too', 5, { priority: 1, expires_at: EXPIRY })]);
  await charge('r', 70);
  await ledger.setClock(EXPIRY);
  await refund('f', null);
  expect(await amountsOf(ledger, account, 'available')).toEqual({
    first: 0,
    first_too: 0,
    second: 30,
    third: 40,
    grant_refund_f: 35,
  });
  expect(await amountsOf(ledger, account, 'expired')).toMatchObject({ first: 30, first_too: 5 });
  const { rows } = await ledger.owner.query(
    `SELECT source, priority, amount::int, expires_at FROM ledger.grants WHERE account_id = $1 AND grant_id = 'grant_refund_f'`,
    [account],
  );
  expect(rows).toEqual([
    { source: 'goodwill', priority: 2, amount: 35, expires_at: new Date('2026-05-31T00:00:00Z') },
  ]);
});

test('a grant takes its credits back until the instant before its expiry', async () => {
  await charge('r', 30);
  await ledger.setClock(new Date(EXPIRY.getTime() - 1));
  await refund('f', null);
  expect(await amountsOf(ledger, account, 'available')).toEqual({ first: 30, second: 30, third: 40 });
});

test('credits of a voided grant go to its voided bucket, expired or not', async () => {
  await charge('r', 60);
  for (const grant of ['first', 'second'])
    await ledger.void([{ account_id: account, grant_id: grant, reason: 'charge-back' }]);
  expect(await refund('f1', 30)).toMatchObject({ outcome: 'refunded', credits: '30' });
  await ledger.setClock(EXPIRY);
  await refund('f2', 30);
  expect(await amountsOf(ledger, account, 'voided')).toEqual({ first: 30, second: 30, third: 0 });
  expect(await ledger.balanceOf(account)).toMatchObject({ available: 40, spent: 0, voided: 60 });
});

test('a direct spend is refunded like any charge', async () => {
  await ledger.spend([{ account_id: account, spend_id: 'chat', amount: 45, note: 'chat_message' }]);
  expect(await refund('f', 20, 'chat')).toMatchObject({ outcome: 'refunded' });
  expect(await amountsOf(ledger, account, 'spent')).toEqual({ first: 25, second: 0, third: 0 });
});

test('a refund without a commit is refused: open, released, free, tombstone, unknown, another’s', async () => {
  await ledger.reserve([
    reserveItem(account, 'open', 10),
    reserveItem(account, 'released', 10),
    reserveItem(account, 'free', 0, { reason: 'free_retry' }),
  ]);
  await ledger.settle([
    releaseItem(account, 'released'),
    commitItem(account, 'free', 0),
    releaseItem(account, 'buried'),
  ]);
  await charge('r', 10);
  for (const amount of [5, null]) {
    for (const id of ['open', 'released', 'free']) {
      expect(await refund('f', amount, id)).toMatchObject({ outcome: 'state_conflict', credits: null });
    }
    for (const id of ['buried', 'unknown'])
      expect(await refund('f', amount, id)).toMatchObject({ outcome: 'not_found' });
    const other = await ledger.openAccount(`${account} other ${String(amount)}`, 100);
    expect(
      await ledger.refund([refundItem(other, 'r', 'f', amount), refundItem('nobody', 'r', 'f', amount)]),
    ).toMatchObject([{ outcome: 'not_found' }, { outcome: 'not_found' }]);
  }
  expect(await ledger.balanceOf(account)).toMatchObject({ available: 80, reserved: 10, spent: 10 });
});
