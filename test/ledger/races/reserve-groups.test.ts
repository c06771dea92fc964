import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createLedgerFixture, releaseItem, reserveItem, type LedgerFixture } from '../ledger-fixture.ts';
import { callReserve, type VerbItem } from '../sql-verbs.ts';

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

test('an item that was released before is the outcome of its group, and nothing of the group is reserved', async () => {
  const account = await ledger.openAccount('released_before', 100);
  await ledger.settle([releaseItem(account, 'r2')]);
  expect(await reserve(['r1', 'r2'].map((id) => reserveItem(account, id, 35, inGroup)))).toEqual([
    'released',
    'released',
  ]);
  expect(await ledger.balanceOf(account)).toMatchObject({ available: 100, reserved: 0 });
});

test('an id that stands for other content, or ids of which only some are known, reserve nothing more', async () => {
  const account = await ledger.openAccount('known_in_part', 100);
  expect(await reserve([reserveItem(account, 'r1', 10)])).toEqual(['reserved']);
  const known = reserveItem(account, 'r1', 10, inGroup);
  const other = reserveItem(account, 'r1', 11, inGroup);
  const fresh = reserveItem(account, 'r2', 10, inGroup);
  expect(await reserve([known, fresh])).toEqual(['key_reused', 'key_reused']);
  expect(await reserve([other, fresh])).toEqual(['key_reused', 'key_reused']);
  expect(await ledger.balanceOf(account)).toMatchObject({ available: 90, reserved: 10 });
});

test('parts that do not add up to the quoted total reserve nothing', async () => {
  const account = await ledger.openAccount('another_total', 100);
  const parts = ['r1', 'r2'].map((id) => reserveItem(account, id, 35) as VerbItem);
  expect(await callReserve(ledger.owner, parts, 69)).toMatchObject({ outcome: 'total_differs' });
  expect(await callReserve(ledger.owner, parts, 71)).toMatchObject({ outcome: 'total_differs' });
  expect(await ledger.balanceOf(account)).toMatchObject({ available: 100, reserved: 0 });
  expect(await callReserve(ledger.owner, parts, 70)).toMatchObject({ outcome: 'reserved', reserved: '70' });
});

test('a group sent again has its first outcomes (invariant 9)', async () => {
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
    // The state that a fault elsewhere would leave: the hot row says more than the grants hold.
    await ledger.owner.query('UPDATE ledger.accounts SET available = 1000 WHERE account_id = $1', [account]);
    const items = Array.from({ length: size }, (_, n) => reserveItem(account, `r${String(n)}`, 120));
    await expect(ledger.reserve(items)).rejects.toMatchObject({ code: 'HF002' });
    await ledger.owner.query('UPDATE ledger.accounts SET available = 100 WHERE account_id = $1', [account]);
  },
);
