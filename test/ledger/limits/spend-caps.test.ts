import { expect, test } from 'vitest';
import { withFreshAccounts } from '../fresh-accounts.ts';
import {
  commitItem,
  createLedgerFixture,
  releaseItem,
  reserveItem,
  type LedgerFixture,
} from '../ledger-fixture.ts';
import { setLimits, usageOf } from './limit-calls.ts';

const ann = { member: 'ann' };
const bob = { member: 'bob' };
/** Arrays that are worked through one by one, and as a set. */
const SIZES = [1, 6];

let ledger: LedgerFixture;
let account: string;
withFreshAccounts(createLedgerFixture, { now: null, credits: 10_000 }, (fixture, fresh) => {
  ledger = fixture;
  account = fresh;
});

async function reserve(...items: readonly object[]): Promise<unknown[]> {
  return (await ledger.reserve(items)).map((row) => row['outcome']);
}

function ids(size: number): string[] {
  return Array.from({ length: size }, (_, n) => `r${String(n)}`);
}

async function exceededBy(amount: number, member: string | null, project: string | null): Promise<unknown> {
  const { rows } = await ledger.owner.query<{ cap: unknown }>(
    'SELECT ledger.exceeded_cap(ledger.lock_account($1), $2, $3, $4) AS cap',
    [account, member, project, amount],
  );
  return rows[0]?.cap;
}

test.each(SIZES)('a cap admits to its last credit and not one more (arrays of %i)', async (size) => {
  await setLimits(ledger, account, { member_credits_per_period: 10 * size });
  expect(await reserve(...ids(size).map((id) => reserveItem(account, id, 10, ann)))).toEqual(
    ids(size).map(() => 'reserved'),
  );
  expect(await reserve(...ids(size).map((id) => reserveItem(account, `more ${id}`, 1, ann)))).toEqual(
    ids(size).map(() => 'limit_exceeded'),
  );
  expect(await reserve(reserveItem(account, 'bob', 10, bob), reserveItem(account, 'nobody', 10))).toEqual([
    'reserved',
    'reserved',
  ]);
  expect(await usageOf(ledger, account)).toEqual({ 'member ann': 10 * size, 'member bob': 10 });
});

test('a cap of projects counts projects, and an item of both must fit under both', async () => {
  await setLimits(ledger, account, { member_credits_per_period: 100, project_credits_per_period: 50 });
  const both = { member: 'ann', project: 'spring' };
  expect(await reserve(reserveItem(account, 'r1', 40, both))).toEqual(['reserved']);
  expect(await reserve(reserveItem(account, 'r2', 20, both))).toEqual(['limit_exceeded']);
  expect(await exceededBy(20, 'ann', 'spring')).toEqual({
    limit: 'project_credits_per_period',
    name: 'spring',
    credits_per_period: 50,
    used: 40,
  });
  expect(await reserve(reserveItem(account, 'r3', 50, { member: 'ann', project: 'summer' }))).toEqual([
    'reserved',
  ]);
  expect(await reserve(reserveItem(account, 'r4', 11, ann))).toEqual(['limit_exceeded']);
  expect(await exceededBy(11, 'ann', null)).toMatchObject({
    limit: 'member_credits_per_period',
    name: 'ann',
    used: 90,
  });
  expect(await exceededBy(10, 'ann', null)).toBeNull();
});

test('a member and a project of one name are two', async () => {
  await setLimits(ledger, account, {
    overrides: [
      { member: 'x', credits_per_period: 10 },
      { project: 'x', credits_per_period: 20 },
    ],
  });
  expect(
    await reserve(
      reserveItem(account, 'p', 20, { project: 'x' }),
      reserveItem(account, 'm', 10, { member: 'x' }),
    ),
  ).toEqual(['reserved', 'reserved']);
  expect(await usageOf(ledger, account)).toEqual({ 'project x': 20, 'member x': 10 });
});

test('an override stands in place of the general cap: higher, none at all, or nothing', async () => {
  await setLimits(ledger, account, {
    member_credits_per_period: 10,
    overrides: [
      { member: 'high', credits_per_period: 100 },
      { member: 'free', credits_per_period: null },
      { member: 'none', credits_per_period: 0 },
    ],
  });
  const ask = (member: string, amount: number) =>
    reserveItem(account, `${member} ${String(amount)}`, amount, { member });
  expect(
    await reserve(ask('high', 100), ask('free', 5_000), ask('none', 1), ask('other', 11), ask('high', 1)),
  ).toEqual(['reserved', 'reserved', 'limit_exceeded', 'limit_exceeded', 'limit_exceeded']);
});

test('a free retry is admitted also under a cap that was lowered below what is used', async () => {
  await setLimits(ledger, account, { member_credits_per_period: 50 });
  await reserve(reserveItem(account, 'r', 50, ann));
  await setLimits(ledger, account, { member_credits_per_period: 10 });
  expect(await reserve(reserveItem(account, 'free', 0, { ...ann, reason: 'free_retry' }))).toEqual([
    'reserved',
  ]);
  expect(await reserve(reserveItem(account, 'r2', 1, ann))).toEqual(['limit_exceeded']);
});

test('a direct spend counts like a reservation', async () => {
  await setLimits(ledger, account, { member_credits_per_period: 10 });
  const spend = (id: string, amount: number) =>
    ledger.spend([{ account_id: account, spend_id: id, amount, note: 'chat', member: 'ann' }]);
  expect(await spend('s1', 4)).toMatchObject([{ outcome: 'spent' }]);
  expect(await reserve(reserveItem(account, 'r', 7, ann))).toEqual(['limit_exceeded']);
  expect(await reserve(reserveItem(account, 'r', 6, ann))).toEqual(['reserved']);
  expect(await spend('s2', 1)).toMatchObject([{ outcome: 'limit_exceeded' }]);
  expect(await spend('s1', 4)).toMatchObject([{ outcome: 'spent' }]);
});

test.each(SIZES)(
  'a release, a commit of less and a refund free what they return (arrays of %i)',
  async (size) => {
    await setLimits(ledger, account, { member_credits_per_period: 30 * size });
    const made = ids(size);
    await reserve(...made.map((id) => reserveItem(account, id, 30, ann)));
    await ledger.settle(
      made.map((id, n) => (n === 0 ? releaseItem(account, id) : commitItem(account, id, 20))),
    );
    expect(await usageOf(ledger, account)).toEqual({ 'member ann': 20 * (size - 1) });
    await reserve(reserveItem(account, 'paid', 30, { ...ann, project: 'p' }));
    await ledger.settle([commitItem(account, 'paid', 30)]);
    const refund = {
      account_id: account,
      reservation_id: 'paid',
      refund_id: 'f',
      amount: 12,
      reason: 'test',
      goodwill_seconds: 60,
    };
    await ledger.refund([refund]);
    await ledger.refund([refund]);
    expect(await usageOf(ledger, account)).toEqual({ 'member ann': 20 * (size - 1) + 18, 'project p': 18 });
  },
);

test.each([2, 6])('a group of %i fits under its caps whole or not at all', async (size) => {
  await setLimits(ledger, account, { member_credits_per_period: 10 * size - 1 });
  const group = (name: string, amount: number) =>
    ids(size).map((id) => reserveItem(account, `${name} ${id}`, amount, { ...ann, group_id: name }));
  expect(await reserve(...group('too much', 10))).toEqual(ids(size).map(() => 'limit_exceeded'));
  expect(await usageOf(ledger, account)).toEqual({});
  expect(await reserve(...group('enough', 9), reserveItem(account, 'beside', size, ann))).toEqual([
    ...ids(size).map(() => 'reserved'),
    'limit_exceeded',
  ]);
});

test('an array under a cap is answered as its items one by one: what is too much is refused, what fits behind it is not', async () => {
  await setLimits(ledger, account, { member_credits_per_period: 100 });
  const amounts = [60, 50, 30, 20, 10, 5];
  const items = amounts.map((amount, n) => reserveItem(account, `r${String(n)}`, amount, ann));
  const expected = ['reserved', 'limit_exceeded', 'reserved', 'limit_exceeded', 'reserved', 'limit_exceeded'];
  expect(await reserve(...items)).toEqual(expected);
  expect(await reserve(...items)).toEqual(expected);
  const alone = await ledger.openAccount(`${account}_alone`, 10_000);
  await setLimits(ledger, alone, { member_credits_per_period: 100 });
  const one_by_one = [];
  for (const item of items) one_by_one.push(...(await reserve({ ...item, account_id: alone })));
  expect(one_by_one).toEqual(expected);
});

test('an id twice in one array counts once', async () => {
  await setLimits(ledger, account, { member_credits_per_period: 10 });
  const twins = Array.from({ length: 6 }, () => reserveItem(account, 'twin', 10, ann));
  expect(await reserve(...twins)).toEqual(twins.map(() => 'reserved'));
  expect(await usageOf(ledger, account)).toEqual({ 'member ann': 10 });
});

test('the same id for another member is another content', async () => {
  await reserve(reserveItem(account, 'r', 10, ann));
  expect(
    await reserve(
      reserveItem(account, 'r', 10, bob),
      reserveItem(account, 'r', 10, { ...ann, project: 'p' }),
    ),
  ).toEqual(['key_reused', 'key_reused']);
});

test('usage is counted before there is a cap', async () => {
  await reserve(reserveItem(account, 'r', 10, ann));
  await setLimits(ledger, account, { member_credits_per_period: 10 });
  expect(await reserve(reserveItem(account, 'r2', 1, ann))).toEqual(['limit_exceeded']);
});
