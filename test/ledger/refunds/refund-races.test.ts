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
import { callPlan, renewDue } from '../plans/plan-calls.ts';
import { refundItem } from './refund-calls.ts';
import { holdAccounts, untilWaiting } from '../until-waiting.ts';

const OPENED = new Date('2026-01-10T00:00:00Z');
const SECOND = new Date('2026-02-10T00:00:00Z');

let ledger: LedgerFixture;
let account: string;
withFreshAccounts(createLedgerFixture, { now: OPENED, credits: 1_000 }, (fixture, fresh) => {
  ledger = fixture;
  account = fresh;
});

async function charge(id: string, amount: number): Promise<void> {
  await ledger.reserve([reserveItem(account, id, amount)]);
  await ledger.settle([commitItem(account, id, amount)]);
}

async function spentThisPeriod(): Promise<unknown> {
  const { rows } = await ledger.worker.query<{ spent: number }>(
    `SELECT (ledger.read_balance($1)->>'spent_this_period')::int AS spent`,
    [account],
  );
  return rows[0]?.spent;
}

test('refunds that race for one charge give back no more than it was (invariant 8)', async () => {
  await charge('r', 100);
  const held = await holdAccounts(ledger.owner, [account]);
  const refunds = Array.from({ length: 10 }, (_, n) =>
    ledger.refund([refundItem(account, 'r', `f${String(n)}`, 30)]),
  );
  await untilWaiting(ledger.owner, 10);
  await held.letGo();
  const outcomes = (await Promise.all(refunds)).map((rows) => rows[0]?.['outcome']);
  expect(outcomes.filter((outcome) => outcome === 'refunded')).toHaveLength(3);
  expect(outcomes.filter((outcome) => outcome === 'exceeds_committed')).toHaveLength(7);
  expect(await ledger.balanceOf(account)).toMatchObject({ available: 990, spent: 10 });
});

test('the same refund asked for ten times at once is given once (invariant 9)', async () => {
  await charge('r', 100);
  const refunds = Array.from({ length: 10 }, () => ledger.refund([refundItem(account, 'r', 'f', null)]));
  const rows = (await Promise.all(refunds)).flat();
  expect(rows).toEqual(
    Array.from({ length: 10 }, () => ({ outcome: 'refunded', credits: '100', refunded: '100' })),
  );
  expect(await ledger.balanceOf(account)).toMatchObject({ available: 1_000, spent: 0 });
});

test.each([
  ['a commit', { outcome: 'refunded', credits: '100' }, { outcome: 'committed' }],
  ['a release', { outcome: 'state_conflict', credits: null }, { outcome: 'released' }],
])(
  'refund and release cannot both pay: where %s came first (invariant 8)',
  async (what, refunded, released) => {
    await ledger.reserve([reserveItem(account, 'r', 100)]);
    const ends = what === 'a commit' ? [commitItem(account, 'r', 100)] : [releaseItem(account, 'r')];
    const held = await holdAccounts(ledger.owner, [account]);
    const calls = [];
    for (const call of [
      () => ledger.settle(ends),
      () => ledger.refund([refundItem(account, 'r', 'f', null)]),
      () => ledger.settle([releaseItem(account, 'r')]),
    ]) {
      calls.push(call());
      await untilWaiting(ledger.owner, calls.length);
    }
    await held.letGo();
    expect((await Promise.all(calls)).slice(1)).toMatchObject([[refunded], [released]]);
    expect(await ledger.balanceOf(account)).toMatchObject({ available: 1_000, reserved: 0, spent: 0 });
  },
);

test('a refund of a charge of this period lowers this period’s spend', async () => {
  await charge('r', 100);
  await ledger.refund([refundItem(account, 'r', 'f', 30)]);
  expect(await spentThisPeriod()).toBe(70);
});

test('a refund of an earlier period’s charge leaves this period’s spend as it was', async () => {
  await charge('old', 100);
  await ledger.setClock(SECOND);
  expect(await spentThisPeriod()).toBe(0);
  await charge('new', 50);
  expect(await spentThisPeriod()).toBe(50);
  await ledger.refund([refundItem(account, 'old', 'f1', 70), refundItem(account, 'new', 'f2', 20)]);
  expect(await spentThisPeriod()).toBe(30);
  await ledger.refund([refundItem(account, 'old', 'f3', null), refundItem(account, 'new', 'f4', null)]);
  expect(await spentThisPeriod()).toBe(0);
});

test('a job reserved in one period and charged in the next counts in the next', async () => {
  await ledger.reserve([reserveItem(account, 'r', 100)]);
  await ledger.setClock(SECOND);
  await ledger.settle([commitItem(account, 'r', 100)]);
  expect(await spentThisPeriod()).toBe(100);
  await ledger.refund([refundItem(account, 'r', 'f', 40)]);
  expect(await spentThisPeriod()).toBe(60);
});

test('a plan that began a while ago counts what was spent since, and nothing before', async () => {
  await charge('before', 100);
  await ledger.setClock(new Date('2026-01-20T00:00:00Z'));
  await charge('since', 50);
  await charge('since too', 40);
  await ledger.refund([refundItem(account, 'since too', 'f0', 10), refundItem(account, 'before', 'f1', 10)]);
  await ledger.setClock(new Date('2026-01-25T00:00:00Z'));
  await callPlan(ledger, account, 'p', 'starter', { start: new Date('2026-01-15T00:00:00Z') });
  expect(await spentThisPeriod()).toBe(80);
  await ledger.refund([refundItem(account, 'before', 'f2', 35), refundItem(account, 'since', 'f3', 20)]);
  expect(await spentThisPeriod()).toBe(60);
});

test('across a year of periods, charges and late refunds the spend of each period is exact', async () => {
  await callPlan(ledger, account, 'p', 'pro', { renewal: 'automatic' });
  const charged: { id: string; month: number; left: number }[] = [];
  for (let month = 0; month < 12; month++) {
    await ledger.setClock(new Date(Date.UTC(2026, month, 10)));
    if (month % 3 !== 1) await renewDue(ledger); // else the period goes on without: its verbs count it all the same
    await ledger.grant([grantItem(account, `g${String(month)}`, 500)]);
    for (let n = 0; n < 3; n++) {
      const id = `r${String(month)} ${String(n)}`;
      await charge(id, 30 + n);
      charged.push({ id, month, left: 30 + n });
    }
    for (const [back, item] of charged.filter((_, index) => (index * 7 + month) % 4 === 0).entries()) {
      if (item.left < 9) continue;
      await ledger.refund([refundItem(account, item.id, `f${String(month)} ${String(back)}`, 9)]);
      item.left -= 9;
    }
    const expected = charged.filter((item) => item.month === month).reduce((sum, item) => sum + item.left, 0);
    expect(await spentThisPeriod()).toBe(expected);
  }
});
