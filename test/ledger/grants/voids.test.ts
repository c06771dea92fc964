import { expect, test } from 'vitest';
import { withFreshAccounts } from '../fresh-accounts.ts';
import { voidGrant } from '../../../ledger/void-grant.ts';
import {
  commitItem,
  createLedgerFixture,
  grantItem,
  releaseItem,
  reserveItem,
  type LedgerFixture,
} from '../ledger-fixture.ts';
import { amountsOf } from '../refunds/refund-calls.ts';
import { holdAccounts, untilWaiting } from '../until-waiting.ts';

const NOW = new Date('2026-03-01T00:00:00Z');
const EXPIRY = new Date('2026-03-02T00:00:00Z');

let ledger: LedgerFixture;
let account: string;
withFreshAccounts(createLedgerFixture, { now: NOW }, async (fixture, fresh) => {
  ledger = fixture;
  account = fresh;
  await ledger.grant([
    grantItem(account, 'paid', 100, { priority: 1, expires_at: EXPIRY }),
    grantItem(account, 'other', 100, { priority: 3 }),
  ]);
});

async function voidPaid(other: object = {}) {
  return (
    await ledger.void([
      { account_id: account, grant_id: 'paid', reason: 'charge-back', actor: 'ops', ...other },
    ])
  )[0];
}

test('a void takes what is left of a grant, and nothing of another', async () => {
  expect(await voidPaid()).toEqual({ outcome: 'voided', voided: '100', not_recovered: '0' });
  expect(await ledger.balanceOf(account)).toMatchObject({ available: 100, voided: 100 });
  expect(await amountsOf(ledger, account, 'voided')).toEqual({ paid: 100, other: 0 });
});

test('a void records what was spent or reserved by then and could not be taken', async () => {
  await ledger.reserve([reserveItem(account, 'spent', 20), reserveItem(account, 'reserved', 30)]);
  await ledger.settle([commitItem(account, 'spent', 20)]);
  expect(await voidPaid()).toMatchObject({ outcome: 'voided', voided: '50', not_recovered: '50' });
  expect(await ledger.balanceOf(account)).toEqual({
    available: 100,
    reserved: 30,
    spent: 20,
    expired: 0,
    voided: 50,
  });
});

test('of a grant that was used up nothing is taken, and that is recorded', async () => {
  await ledger.reserve([reserveItem(account, 'all', 100)]);
  await ledger.settle([commitItem(account, 'all', 100)]);
  expect(await voidPaid()).toMatchObject({ outcome: 'voided', voided: '0', not_recovered: '100' });
});

test('a void asked for again, also twice in one array, reads what the first one took (invariant 9)', async () => {
  await ledger.reserve([reserveItem(account, 'r', 30)]);
  const item = { account_id: account, grant_id: 'paid', reason: 'charge-back' };
  const rows = await ledger.void([item, item]);
  await ledger.settle([releaseItem(account, 'r')]);
  rows.push(...(await ledger.void([{ ...item, reason: 'again' }])));
  expect(rows.map((row) => [row['outcome'], row['voided'], row['not_recovered']])).toEqual(
    Array.from({ length: 3 }, () => ['voided', '70', '30']),
  );
  expect(await ledger.balanceOf(account)).toMatchObject({ voided: 100 });
});

test.each([1, 6])(
  'what was reserved when its grant was voided never becomes spendable again (arrays of %i)',
  async (size) => {
    const ids = Array.from({ length: size }, (_, n) => `r${String(n)}`);
    await ledger.reserve(ids.map((id) => reserveItem(account, id, 10)));
    await voidPaid();
    await ledger.settle(
      ids.map((id, n) => (n % 2 === 0 ? releaseItem(account, id) : commitItem(account, id, 4))),
    );
    const committed = Math.floor(size / 2) * 4;
    expect(await amountsOf(ledger, account, 'voided')).toEqual({ paid: 100 - committed, other: 0 });
    expect(await ledger.balanceOf(account)).toMatchObject({ available: 100, reserved: 0, spent: committed });
  },
);

test('of a grant that has expired there is nothing left to take', async () => {
  await ledger.reserve([reserveItem(account, 'r', 30)]);
  await ledger.setClock(EXPIRY);
  expect(await voidPaid()).toMatchObject({ outcome: 'voided', voided: '0', not_recovered: '30' });
  expect(await amountsOf(ledger, account, 'expired')).toEqual({ paid: 70, other: 0 });
  await ledger.settle([releaseItem(account, 'r')]);
  expect(await amountsOf(ledger, account, 'voided')).toEqual({ paid: 30, other: 0 });
});

test('a voided grant does not expire once more, and is not spent from', async () => {
  await voidPaid();
  expect(await ledger.reserve([reserveItem(account, 'r', 101)])).toMatchObject([
    { outcome: 'insufficient_credits' },
  ]);
  await ledger.setClock(EXPIRY);
  await ledger.reserve([reserveItem(account, 'r2', 100)]);
  expect(await ledger.balanceOf(account)).toEqual({
    available: 0,
    reserved: 100,
    spent: 0,
    expired: 0,
    voided: 100,
  });
});

test('an unknown grant and another account’s are not found (invariant 12)', async () => {
  const stranger = await ledger.openAccount(`${account}_stranger`, 100);
  expect(
    await ledger.void([
      { account_id: stranger, grant_id: 'paid', reason: 'x' },
      { account_id: account, grant_id: 'unknown', reason: 'x' },
      { account_id: 'nobody', grant_id: 'paid', reason: 'x' },
    ]),
  ).toMatchObject([1, 2, 3].map(() => ({ outcome: 'not_found', voided: null, not_recovered: null })));
  expect(
    await voidGrant(ledger.worker, { accountId: stranger, grantId: 'paid', reason: 'x', actor: 'ops' }),
  ).toEqual({
    outcome: 'not_found',
  });
  expect(await ledger.balanceOf(account)).toMatchObject({ available: 200, voided: 0 });
});

test('a void without a reason is an error that voids nothing', async () => {
  await expect(voidPaid({ reason: null })).rejects.toMatchObject({ code: '23502' });
  expect(await ledger.balanceOf(account)).toMatchObject({ available: 200, voided: 0 });
});

test.each([
  ['the void first: nothing is left of it to reserve', true],
  ['the reserve first: what it holds could not be taken', false],
])('a void and a reserve that race, %s', async (_what, isVoidFirst) => {
  const calls = [() => voidPaid(), async () => (await ledger.reserve([reserveItem(account, 'r', 150)]))[0]];
  if (!isVoidFirst) calls.reverse();
  const held = await holdAccounts(ledger.owner, [account]);
  const answers = [];
  for (const call of calls) {
    answers.push(call());
    await untilWaiting(ledger.owner, answers.length);
  }
  await held.letGo();
  const [first, second] = await Promise.all(answers);
  expect([first, second]).toMatchObject(
    isVoidFirst
      ? [{ voided: '100', not_recovered: '0' }, { outcome: 'insufficient_credits' }]
      : [{ outcome: 'reserved' }, { voided: '0', not_recovered: '100' }],
  );
});
