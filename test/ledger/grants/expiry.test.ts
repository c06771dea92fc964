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

const NOW = new Date('2026-03-01T00:00:00Z');
const EXPIRY = new Date('2026-03-02T00:00:00Z');
const JUST_BEFORE = new Date(EXPIRY.getTime() - 1);
const HOUR_MS = 3_600_000;

let ledger: LedgerFixture;
let account: string;
withFreshAccounts(createLedgerFixture, { now: NOW }, async (fixture, fresh) => {
  ledger = fixture;
  account = fresh;
  await ledger.grant([grantItem(account, 'dying', 100, { priority: 1, expires_at: EXPIRY })]);
});

async function grantRow(grantId: string) {
  const { rows } = await ledger.owner.query<Record<string, unknown>>(
    `SELECT source, priority, amount::int, available::int, reserved::int, spent::int, expired::int, voided::int, expires_at
     FROM ledger.grants WHERE account_id = $1 AND grant_id = $2`,
    [account, grantId],
  );
  return rows[0];
}

test('credits can be spent up to the very instant of their expiry', async () => {
  await ledger.setClock(JUST_BEFORE);
  expect(await ledger.reserve([reserveItem(account, 'r', 100)])).toMatchObject([{ outcome: 'reserved' }]);
});

test('credits cannot be spent from the very instant of their expiry, swept or not', async () => {
  await ledger.setClock(EXPIRY);
  const { rows } = await ledger.worker.query<{ balance: { available: number } }>(
    'SELECT ledger.read_balance($1) AS balance',
    [account],
  );
  expect(rows[0]?.balance.available).toBe(0);
  expect(await ledger.reserve([reserveItem(account, 'r', 1)])).toMatchObject([
    { outcome: 'insufficient_credits', available: '0' },
  ]);
  expect(await ledger.balanceOf(account)).toMatchObject({ available: 0, expired: 100 });
});

test('a grant that would be expired already is refused', async () => {
  expect(await ledger.grant([grantItem(account, 'late', 10, { expires_at: NOW })])).toMatchObject([
    { outcome: 'expired' },
  ]);
  const oneLater = new Date(NOW.getTime() + 1);
  expect(await ledger.grant([grantItem(account, 'late', 10, { expires_at: oneLater })])).toMatchObject([
    { outcome: 'granted' },
  ]);
});

test('reserved credits are never swept: they can be charged after their grant expired', async () => {
  await ledger.reserve([reserveItem(account, 'r', 35)]);
  await ledger.setClock(new Date(EXPIRY.getTime() + HOUR_MS));
  await ledger.reserve([reserveItem(account, 'sweeps', 1)]);
  expect(await grantRow('dying')).toMatchObject({ available: 0, reserved: 35, expired: 65 });
  expect(await ledger.settle([commitItem(account, 'r', 35)])).toMatchObject([{ outcome: 'committed' }]);
  expect(await ledger.balanceOf(account)).toEqual({
    available: 0,
    reserved: 0,
    spent: 35,
    expired: 65,
    voided: 0,
  });
});

test.each([1, 6])(
  'credits released to an expired grant return as a new grant (arrays of %i)',
  async (size) => {
    await ledger.reserve(Array.from({ length: size }, (_, n) => reserveItem(account, `r${String(n)}`, 10)));
    const at = new Date(EXPIRY.getTime() + HOUR_MS);
    await ledger.setClock(at);
    const rows = await ledger.settle(
      Array.from({ length: size }, (_, n) => releaseItem(account, `r${String(n)}`)),
    );
    expect(rows.map((row) => row['outcome'])).toEqual(Array.from({ length: size }, () => 'released'));
    expect(await grantRow('grant_return_r0')).toEqual({
      source: 'return',
      priority: 2,
      amount: 10,
      available: 10,
      reserved: 0,
      spent: 0,
      expired: 0,
      voided: 0,
      expires_at: new Date(at.getTime() + 72 * HOUR_MS),
    });
    expect(await ledger.balanceOf(account)).toMatchObject({
      available: 10 * size,
      reserved: 0,
      expired: 100,
    });
  },
);

test('a return grant lives to the end of the period when that is later than 72 h', async () => {
  const periodEnd = new Date('2026-04-01T00:00:00Z');
  await ledger.owner.query(
    `INSERT INTO ledger.plans (account_id, plan, anchor_at, period_starts_at, period_ends_at, next_plan, renewal)
     VALUES ($1, 'starter', '2026-03-01Z', '2026-03-01Z', $2, 'starter', 'by_call')`,
    [account, periodEnd],
  );
  await ledger.reserve([reserveItem(account, 'r', 10)]);
  await ledger.setClock(EXPIRY);
  await ledger.settle([releaseItem(account, 'r')]);
  expect(await grantRow('grant_return_r')).toMatchObject({ expires_at: periodEnd });
});

test('credits of an expired grant expire at once after a customer’s cancel', async () => {
  await ledger.reserve([reserveItem(account, 'r', 10)]);
  await ledger.setClock(EXPIRY);
  await ledger.settle([releaseItem(account, 'r', { expired_policy: 'expire', cause: 'canceled' })]);
  expect(await grantRow('grant_return_r')).toBeUndefined();
  expect(await ledger.balanceOf(account)).toEqual({
    available: 0,
    reserved: 0,
    spent: 0,
    expired: 100,
    voided: 0,
  });
});

test('one release may return credits in part to a live grant and in part to a return grant', async () => {
  await ledger.grant([grantItem(account, 'living', 100, { priority: 2 })]);
  await ledger.reserve([reserveItem(account, 'r', 130)]);
  await ledger.setClock(EXPIRY);
  await ledger.settle([releaseItem(account, 'r')]);
  expect(await grantRow('living')).toMatchObject({ available: 100, reserved: 0 });
  expect(await grantRow('grant_return_r')).toMatchObject({ available: 100 });
  expect(await grantRow('dying')).toMatchObject({ available: 0, reserved: 0, expired: 100 });
});

test('a reservation that is settled again makes no second return grant (invariant 9)', async () => {
  await ledger.reserve([reserveItem(account, 'r', 10)]);
  await ledger.setClock(EXPIRY);
  const [first, twin] = await ledger.settle([releaseItem(account, 'r'), releaseItem(account, 'r')]);
  const [again] = await ledger.settle([releaseItem(account, 'r')]);
  expect([first, twin, again].map((row) => row?.['is_replay'])).toEqual([false, true, true]);
  expect(await ledger.balanceOf(account)).toMatchObject({ available: 10 });
});

test('credits that return to a voided grant go to its voided bucket, expired or not', async () => {
  await ledger.reserve([reserveItem(account, 'r1', 10), reserveItem(account, 'r2', 10)]);
  await ledger.owner.query('UPDATE ledger.grants SET voided_at = ledger.clock() WHERE account_id = $1', [
    account,
  ]);
  await ledger.settle([releaseItem(account, 'r1')]);
  await ledger.setClock(EXPIRY);
  await ledger.settle([commitItem(account, 'r2', 4)]);
  expect(await grantRow('dying')).toMatchObject({
    available: 0,
    reserved: 0,
    spent: 4,
    voided: 16,
    expired: 80,
  });
});
