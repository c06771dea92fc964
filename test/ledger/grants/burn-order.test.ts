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
const SOON = '2026-03-02T00:00:00Z';
const LATER = '2026-04-01T00:00:00Z';

let ledger: LedgerFixture;
let account: string;
withFreshAccounts(createLedgerFixture, { now: NOW }, (fixture, fresh) => {
  ledger = fixture;
  account = fresh;
});

/** The parts of a reservation, as "grant amount", in burn order. */
async function partsOf(reservationId: string): Promise<string[]> {
  const { rows } = await ledger.owner.query<{ part: string }>(
    `SELECT p.id || ' ' || p.amount AS part FROM ledger.reservations r,
       unnest(r.portions) WITH ORDINALITY AS p (id, amount, n)
     WHERE r.account_id = $1 AND r.reservation_id = $2 ORDER BY p.n`,
    [account, reservationId],
  );
  return rows.map((row) => row.part);
}

async function entriesOf(kind: string): Promise<string[]> {
  const { rows } = await ledger.owner.query<{ entry: string }>(
    `SELECT grant_id || ' ' || amount AS entry FROM ledger.entries WHERE account_id = $1 AND kind = $2::ledger.entry_kind ORDER BY seq`,
    [account, kind],
  );
  return rows.map((row) => row.entry);
}

test('credits burn by priority, then soonest expiry with no expiry last, then oldest', async () => {
  await ledger.grant([
    grantItem(account, 'top_up', 10, { priority: 3, expires_at: SOON }),
    grantItem(account, 'referral_never', 10, { priority: 2 }),
    grantItem(account, 'referral_later', 10, { priority: 2, expires_at: LATER }),
    grantItem(account, 'plan', 10, { priority: 1, expires_at: LATER }),
    grantItem(account, 'referral_later_newer', 10, { priority: 2, expires_at: LATER }),
    grantItem(account, 'referral_soon', 10, { priority: 2, expires_at: SOON }),
  ]);
  await ledger.reserve([reserveItem(account, 'r', 55)]);
  expect(await partsOf('r')).toEqual([
    'plan 10',
    'referral_soon 10',
    'referral_later 10',
    'referral_later_newer 10',
    'referral_never 10',
    'top_up 5',
  ]);
});

test('the burn order is fixed at the reserve: an earlier-burning grant that comes later changes nothing', async () => {
  await ledger.grant([grantItem(account, 'top_up', 100, { priority: 3 })]);
  await ledger.reserve([reserveItem(account, 'r', 35)]);
  await ledger.grant([grantItem(account, 'plan', 100, { priority: 1 })]);
  await ledger.settle([commitItem(account, 'r', 35)]);
  expect(await entriesOf('commit')).toEqual(['top_up 35']);
});

test.each([2, 6])('items of one array of %i burn the grants one after the other', async (items) => {
  await ledger.grant([
    grantItem(account, 'a', 15, { priority: 1 }),
    grantItem(account, 'b', 100, { priority: 2 }),
  ]);
  await ledger.reserve(
    Array.from({ length: items }, (_, item) => reserveItem(account, `r${String(item)}`, 10)),
  );
  expect(await partsOf('r0')).toEqual(['a 10']);
  expect(await partsOf('r1')).toEqual(['a 5', 'b 5']);
});

test('a commit of less spends what burned first and returns the rest, last given first', async () => {
  await ledger.grant(['a', 'b', 'c'].map((id, n) => grantItem(account, id, 10, { priority: n + 1 })));
  await ledger.reserve([reserveItem(account, 'r', 30)]);
  expect(await ledger.settle([commitItem(account, 'r', 12)])).toMatchObject([
    { outcome: 'committed', committed: '12', released: '18' },
  ]);
  expect(await entriesOf('commit')).toEqual(['a 10', 'b 2']);
  expect(await entriesOf('release')).toEqual(['c 10', 'b 8']);
});

test('a release returns credits in reverse order', async () => {
  await ledger.grant(['a', 'b', 'c'].map((id, n) => grantItem(account, id, 10, { priority: n + 1 })));
  await ledger.reserve([reserveItem(account, 'r', 30)]);
  await ledger.settle([releaseItem(account, 'r')]);
  expect(await entriesOf('release')).toEqual(['c 10', 'b 10', 'a 10']);
  expect(await ledger.balanceOf(account)).toMatchObject({ available: 30, reserved: 0 });
});
