import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createLedgerFixture, releaseItem, reserveItem, type LedgerFixture } from './ledger-fixture.ts';

let ledger: LedgerFixture;
beforeAll(async () => {
  ledger = await createLedgerFixture();
});
afterEach(() => ledger.expectReconciled());
afterAll(() => ledger.close());

const inGroup = { group_id: 'batch' };

async function reserve(items: readonly object[]): Promise<unknown[]> {
  return (await ledger.reserve(items)).map((row) => row['outcome']);
}

test('a group is reserved whole when the account can afford it', async () => {
  const account = await ledger.openAccount('affords', 70);
  expect(await reserve(['r1', 'r2'].map((id) => reserveItem(account, id, 35, inGroup)))).toEqual([
    'reserved',
    'reserved',
  ]);
});

test('a group is refused whole when the account cannot afford all of it', async () => {
  const account = await ledger.openAccount('cannot_afford', 69);
  expect(await reserve(['r1', 'r2'].map((id) => reserveItem(account, id, 35, inGroup)))).toEqual([
    'insufficient_credits',
    'insufficient_credits',
  ]);
  expect(await ledger.balanceOf(account)).toMatchObject({ available: 69, reserved: 0 });
});

test('what stands beside a refused group is reserved from what is there', async () => {
  const account = await ledger.openAccount('beside', 50);
  const items = [
    reserveItem(account, 'r1', 35, inGroup),
    reserveItem(account, 'alone', 10),
    reserveItem(account, 'r2', 35, inGroup),
  ];
  expect(await reserve(items)).toEqual(['insufficient_credits', 'reserved', 'insufficient_credits']);
});

test('an item that can never be reserved refuses its group', async () => {
  const account = await ledger.openAccount('buried', 100);
  await ledger.settle([releaseItem(account, 'r2')]);
  expect(await reserve(['r1', 'r2'].map((id) => reserveItem(account, id, 35, inGroup)))).toEqual([
    'group_refused',
    'released',
  ]);
  expect(await ledger.balanceOf(account)).toMatchObject({ available: 100, reserved: 0 });
});

test('an id twice in a group with other content refuses the group', async () => {
  const account = await ledger.openAccount('twins', 100);
  const items = [reserveItem(account, 'r', 10, inGroup), reserveItem(account, 'r', 20, inGroup)];
  expect(await reserve(items)).toEqual(['group_refused', 'key_reused']);
});

test('an id of a refused group counts in full where a later group carries it (invariant 1)', async () => {
  const account = await ledger.openAccount('twin_of_refused', 100);
  const first = { group_id: 'first' };
  const second = { group_id: 'second' };
  const items = [
    reserveItem(account, 'x', 60, first),
    reserveItem(account, 'y', 60, first),
    reserveItem(account, 'x', 60, second),
    reserveItem(account, 'z', 60, second),
  ];
  expect(await reserve(items)).toEqual(Array.from({ length: 4 }, () => 'insufficient_credits'));
});

test('a group sent again answers as it was answered (invariant 9)', async () => {
  const account = await ledger.openAccount('again', 70);
  const items = ['r1', 'r2'].map((id) => reserveItem(account, id, 35, inGroup));
  expect([await reserve(items), await reserve(items)]).toEqual([
    ['reserved', 'reserved'],
    ['reserved', 'reserved'],
  ]);
  expect(await ledger.balanceOf(account)).toMatchObject({ available: 0, reserved: 70 });
});

test.each([1, 6])(
  'a reservation its grants do not cover is an error, never half a reservation (arrays of %i)',
  async (size) => {
    const account = await ledger.openAccount(`uncovered_${String(size)}`, 100);
    // As a fault elsewhere would leave it: the hot row says more than the grants hold.
    await ledger.owner.query('UPDATE ledger.accounts SET available = 1000 WHERE account_id = $1', [account]);
    const items = Array.from({ length: size }, (_, n) => reserveItem(account, `r${String(n)}`, 120));
    await expect(ledger.reserve(items)).rejects.toMatchObject({ code: 'HF002' });
    await ledger.owner.query('UPDATE ledger.accounts SET available = 100 WHERE account_id = $1', [account]);
  },
);
