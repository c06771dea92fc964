import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import {
  commitItem,
  createLedgerFixture,
  grantItem,
  releaseItem,
  reserveItem,
  type LedgerFixture,
} from './ledger-fixture.ts';

const MAX = 1_000_000_000_000;

let ledger: LedgerFixture;
let account: string;
beforeAll(async () => {
  ledger = await createLedgerFixture();
  account = await ledger.openAccount('acct', 1_000);
  await ledger.reserve([reserveItem(account, 'held', 35)]);
});
afterEach(async () => {
  expect(await ledger.balanceOf(account)).toMatchObject({ available: 965, reserved: 35, spent: 0 });
  await ledger.expectReconciled();
});
afterAll(() => ledger.close());

test.each([0, -1, -MAX, MAX + 1, 2 ** 53, null])(
  'an amount of %s is refused by each verb',
  async (amount) => {
    expect(await ledger.grant([grantItem(account, 'bad', amount)])).toMatchObject([
      { outcome: 'invalid_amount' },
    ]);
    expect(await ledger.reserve([reserveItem(account, 'bad', amount)])).toMatchObject([
      { outcome: 'invalid_amount' },
    ]);
    const [settled] = await ledger.settle([commitItem(account, 'held', amount)]);
    expect(['invalid_amount', 'exceeds_reserved']).toContain(settled?.['outcome']);
  },
);

test.each([1.5, 1e300, 'many', 'NaN', '', true, [], {}])(
  'an amount of %j is an error that changes nothing',
  async (amount) => {
    await expect(ledger.grant([grantItem(account, 'bad', amount)])).rejects.toMatchObject({ code: /^22/ });
    await expect(ledger.reserve([reserveItem(account, 'bad', amount)])).rejects.toMatchObject({
      code: /^22/,
    });
    await expect(ledger.settle([commitItem(account, 'held', amount)])).rejects.toMatchObject({ code: /^22/ });
  },
);

test('a free retry holds nothing, and anything but zero is refused', async () => {
  expect(
    await ledger.reserve([
      reserveItem(account, 'free', 0, { reason: 'free_retry' }),
      reserveItem(account, 'not_free', 1, { reason: 'free_retry' }),
      reserveItem(account, 'unknown_reason', 1, { reason: 'gift' }),
    ]),
  ).toMatchObject([{ outcome: 'reserved' }, { outcome: 'invalid_amount' }, { outcome: 'invalid_amount' }]);
  expect(await ledger.settle([commitItem(account, 'free', 0)])).toMatchObject([
    { outcome: 'committed', committed: '0' },
  ]);
});

test('a free retry after a paid item in one array is reserved (it broke the batch)', async () => {
  const other = await ledger.openAccount('free_behind_paid', 100);
  const items = [reserveItem(other, 'paid', 35), reserveItem(other, 'free', 0, { reason: 'free_retry' })];
  for (const size of [2, 6]) {
    const padding = Array.from({ length: size - 2 }, (_, n) => reserveItem(other, `more${String(n)}`, 1));
    const rows = await ledger.reserve([...items, ...padding]);
    expect(rows.map((row) => row['outcome'])).toEqual(Array.from({ length: size }, () => 'reserved'));
    await ledger.settle(items.map((_, n) => releaseItem(other, n === 0 ? 'paid' : 'free')));
    items[0] = reserveItem(other, `paid${String(size)}`, 35);
    items[1] = reserveItem(other, `free${String(size)}`, 0, { reason: 'free_retry' });
  }
});

test.each(['account_id', 'reservation_id', 'return_after_seconds'])(
  'a reserve without %s reserves nothing',
  async (field) => {
    const items = [
      reserveItem(account, 'sound', 1),
      { ...reserveItem(account, 'bad', 1), [field]: undefined },
    ];
    const outcome = await ledger.reserve(items).then(
      (rows) => rows[1]?.['outcome'],
      (error: unknown) => (error as { code: string }).code,
    );
    expect(['account_not_found', '23502']).toContain(outcome);
    if (outcome === 'account_not_found') await ledger.settle([releaseItem(account, 'sound')]);
  },
);

test.each([undefined, null, 'refund', 'Commit', ''])(
  'a verb %j is an error, never a release',
  async (verb) => {
    await expect(ledger.settle([{ ...releaseItem(account, 'held'), verb }])).rejects.toMatchObject({
      code: /^23/,
    });
  },
);

test('a policy that is not known is an error', async () => {
  const item = releaseItem(account, 'held', { expired_policy: 'keep' });
  await expect(ledger.settle([item])).rejects.toMatchObject({ code: '23514' });
});

test('a verb on an account that was never opened returns account_not_found', async () => {
  expect(await ledger.reserve([reserveItem('nobody', 'r', 35)])).toMatchObject([
    { outcome: 'account_not_found', available: null },
  ]);
  expect(await ledger.grant([grantItem('nobody', 'g', 35)])).toMatchObject([
    { outcome: 'account_not_found' },
  ]);
  expect(await ledger.settle([commitItem('nobody', 'r', 35)])).toMatchObject([{ outcome: 'not_found' }]);
});

test('another account cannot settle a reservation (invariant 12)', async () => {
  const other = await ledger.openAccount('other', 100);
  expect(await ledger.settle([commitItem(other, 'held', 35)])).toMatchObject([{ outcome: 'not_found' }]);
  expect(await ledger.settle([releaseItem(other, 'held')])).toMatchObject([
    { outcome: 'released', released: '0' },
  ]);
});
