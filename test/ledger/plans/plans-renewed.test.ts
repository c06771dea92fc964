import { expect, test } from 'vitest';
import { withFreshAccounts } from '../fresh-accounts.ts';
import { createLedgerFixture, type LedgerFixture } from '../ledger-fixture.ts';
import { callPlan, periodsOf, planGrantsOf, renew, renewDue } from './plan-calls.ts';
import { holdAccounts, untilWaiting } from '../until-waiting.ts';
import { SUPERSCALE_PLAN_RULES } from '../../harness/superscale.ts';

const DAY_MS = 86_400_000;
const START = new Date('2026-01-31T10:00:00Z');
const SECOND = new Date('2026-02-28T10:00:00Z');
const THIRD = new Date('2026-03-31T10:00:00Z');

let ledger: LedgerFixture;
let account: string;
withFreshAccounts(createLedgerFixture, { now: START }, (fixture, fresh) => {
  ledger = fixture;
  account = fresh;
});

const TWO_PERIODS = ['2026-01-31 starter 4000', '2026-02-28 starter 4000'];

/** As the renewal is told of, and when. */
async function renewByCall(reference: string, start: Date | null, at: Date, plan = 'starter') {
  await ledger.setClock(at);
  return callPlan(ledger, account, reference, plan, start === null ? {} : { start });
}

test('a renewal by call, on time, begins the next period', async () => {
  await callPlan(ledger, account, 'p1', 'starter', { start: START });
  const renewed = await renewByCall('p2', SECOND, SECOND);
  expect(renewed.answer).toMatchObject({
    period_start: '2026-02-28T10:00:00+00:00',
    period_end: '2026-03-31T10:00:00+00:00',
  });
  expect(await periodsOf(ledger, account)).toEqual(TWO_PERIODS);
  expect(await ledger.balanceOf(account)).toMatchObject({ available: 4_000, expired: 4_000 });
});

test.each([
  ['that names its period', SECOND],
  ['that does not', null],
])('a renewal by call, late, %s, counts from when it was due', async (_what, start) => {
  await callPlan(ledger, account, 'p1', 'starter', { start: START });
  await renewByCall('p2', start, new Date(SECOND.getTime() + 9 * DAY_MS));
  expect(await periodsOf(ledger, account)).toEqual(TWO_PERIODS);
  expect(await planGrantsOf(ledger, account)).toEqual(['4000 until 2026-02-28', '4000 until 2026-03-31']);
});

test.each([
  ['to the millisecond, as the API shows it', '2026-01-31T10:00:00.185642Z', '2026-02-28T10:00:00.185Z'],
  ['to the second, as billing systems keep it', '2026-01-31T10:00:00.185642Z', '2026-02-28T10:00:00Z'],
  ['by a clock that is slow', '2026-01-31T10:00:00Z', '2026-02-28T09:10:00Z'],
  ['by a clock that is fast', '2026-01-31T10:00:00Z', '2026-02-28T10:00:03Z'],
])(
  'a renewal that names its period %s is not lost, and the periods do not drift',
  async (_what, began, named) => {
    await ledger.owner.query('UPDATE ledger.test_clock SET frozen_at = $1', [began]);
    await callPlan(ledger, account, 'p1', 'starter');
    await renewByCall('p2', new Date(named), new Date('2026-02-28T10:00:05Z'));
    expect(await periodsOf(ledger, account)).toEqual(TWO_PERIODS);
    await renewByCall('p3', new Date('2026-03-31T10:00:01Z'), new Date('2026-03-31T10:00:05Z'));
    expect(await planGrantsOf(ledger, account)).toEqual([
      '4000 until 2026-02-28',
      '4000 until 2026-03-31',
      '4000 until 2026-04-30',
    ]);
  },
);

test('a renewal reported before its period is refused as period_not_begun, and its reference stays unused', async () => {
  await callPlan(ledger, account, 'p1', 'starter', { start: START });
  const early = new Date(SECOND.getTime() - 2_000);
  expect((await renewByCall('p2', early, early)).outcome).toBe('period_not_begun');
  expect((await renewByCall('p2', early, SECOND)).outcome).toBe('set');
  expect(await periodsOf(ledger, account)).toEqual(TWO_PERIODS);
});

test('an upgrade that names its period as the API shows it is not lost', async () => {
  await ledger.owner.query('UPDATE ledger.test_clock SET frozen_at = $1', ['2026-01-31T10:00:00.185642Z']);
  await callPlan(ledger, account, 'p1', 'starter');
  await callPlan(ledger, account, 'p2', 'pro', { start: '2026-01-31T10:00:00.185Z' });
  expect(await periodsOf(ledger, account)).toEqual(['2026-01-31 pro 16000']);
});

test('a renewal that names no period is about the one under way, to its last instant', async () => {
  await callPlan(ledger, account, 'p1', 'starter', { start: START });
  await renewByCall('p2', null, new Date(SECOND.getTime() - 1));
  await ledger.setClock(SECOND);
  expect(await periodsOf(ledger, account)).toEqual(['2026-01-31 starter 4000']);
  await renewByCall('p2, told again with its period', SECOND, SECOND);
  expect(await periodsOf(ledger, account)).toEqual(TWO_PERIODS);
});

test('a period of centuries ago is refused (it recorded thousands of skipped ones)', async () => {
  await ledger.setClock(new Date('2026-03-01T00:00:00Z'));
  for (const start of ['0001-01-01T00:00:00Z', '1726-03-01T00:00:00Z', '2016-02-29T23:59:59Z']) {
    expect((await callPlan(ledger, account, 'old', 'starter', { start })).outcome).toBe('period_too_old');
  }
  expect(await periodsOf(ledger, account)).toEqual([]);
  const oldest = await callPlan(ledger, account, 'old', 'starter', { start: '2016-03-01T00:00:00Z' });
  expect(oldest.outcome).toBe('set');
  expect(await periodsOf(ledger, account)).toHaveLength(121);
});

test('a renewal by call, doubled, under the same reference or another, grants once', async () => {
  await callPlan(ledger, account, 'p1', 'starter', { start: START });
  for (const reference of ['p2', 'p2', 'p2 again']) await renewByCall(reference, SECOND, SECOND);
  expect(await periodsOf(ledger, account)).toEqual(TWO_PERIODS);
});

test('a report of a period that is over changes nothing', async () => {
  await callPlan(ledger, account, 'p1', 'starter', { start: START });
  await renewByCall('p3', THIRD, THIRD);
  const before = await periodsOf(ledger, account);
  expect(before).toEqual([
    '2026-01-31 starter 4000',
    '2026-02-28 starter skipped',
    '2026-03-31 starter 4000',
  ]);
  const late = new Date(THIRD.getTime() + DAY_MS);
  for (const plan of ['starter', 'enterprise']) await renewByCall(`p2 ${plan}`, SECOND, late, plan);
  await callPlan(ledger, account, 'cancel of p2', null, { start: SECOND });
  expect(await periodsOf(ledger, account)).toEqual(before);
  const { rows } = await ledger.worker.query('SELECT ledger.read_plan($1) AS plan', [account]);
  expect(rows).toMatchObject([{ plan: { plan: 'starter', next_plan: 'starter' } }]);
});

test('the first call may be of a period that began a while ago: only the current one is granted', async () => {
  await renewByCall('late start', START, new Date(THIRD.getTime() + DAY_MS), 'pro');
  expect(await periodsOf(ledger, account)).toEqual([
    '2026-01-31 pro skipped',
    '2026-02-28 pro skipped',
    '2026-03-31 pro 16000',
  ]);
  expect(await ledger.balanceOf(account)).toMatchObject({ available: 16_000, expired: 0 });
});

test.each(['automatic', 'by_call'])(
  'a renewal (%s) a year behind grants the current period and records the others',
  async (renewal) => {
    await callPlan(ledger, account, 'p1', 'starter', { start: START, renewal });
    const late = new Date('2027-01-30T00:00:00Z');
    if (renewal === 'automatic') {
      await ledger.setClock(late);
      expect((await renewDue(ledger))[account]).toBe('renewed');
    } else await renewByCall('p12', new Date('2026-12-31T10:00:00Z'), late);
    const periods = await periodsOf(ledger, account);
    expect(periods).toHaveLength(12);
    expect(periods.slice(0, 2)).toEqual(['2026-01-31 starter 4000', '2026-02-28 starter skipped']);
    expect(periods.filter((period) => period.endsWith('skipped'))).toHaveLength(10);
    expect(periods.at(-1)).toBe('2026-12-31 starter 4000');
    expect(await ledger.balanceOf(account)).toMatchObject({ available: 4_000, expired: 4_000 });
  },
);

test('an automatic renewal, doubled, renews once and is not due the second time', async () => {
  await callPlan(ledger, account, 'p1', 'starter', { renewal: 'automatic' });
  await ledger.setClock(SECOND);
  expect(await renew(ledger, [account])).toEqual({ [account]: 'renewed' });
  expect(await renew(ledger, [account])).toEqual({ [account]: 'not_due' });
  expect(await periodsOf(ledger, account)).toEqual(TWO_PERIODS);
});

test('a plan is not renewed an instant before its period ends', async () => {
  await callPlan(ledger, account, 'p1', 'starter', { renewal: 'automatic' });
  await ledger.setClock(new Date(SECOND.getTime() - 1));
  expect((await renewDue(ledger))[account]).toBeUndefined();
  expect(await renew(ledger, [account])).toEqual({ [account]: 'not_due' });
});

test('two workers that renew the same accounts at once grant each period once (invariant 11)', async () => {
  const others = [
    account,
    await ledger.openAccount(`${account}_b`),
    await ledger.openAccount(`${account}_c`),
  ];
  for (const other of others) await callPlan(ledger, other, 'p1', 'starter', { renewal: 'automatic' });
  await ledger.setClock(SECOND);
  const held = await holdAccounts(ledger.owner, others);
  const workers = [renew(ledger, others), renew(ledger, others.toReversed())];
  await untilWaiting(ledger.owner, 2);
  await held.letGo();
  const outcomes = (await Promise.all(workers)).flatMap((answer) => Object.values(answer));
  expect(outcomes.sort()).toEqual(['not_due', 'not_due', 'not_due', 'renewed', 'renewed', 'renewed']);
  for (const other of others) expect(await planGrantsOf(ledger, other)).toHaveLength(2);
});

test('a call of the billing system and the schedule at the same time renew once', async () => {
  await callPlan(ledger, account, 'p1', 'starter', { renewal: 'automatic' });
  await ledger.setClock(SECOND);
  const held = await holdAccounts(ledger.owner, [account]);
  const both = [callPlan(ledger, account, 'p2', 'starter', { start: SECOND }), renew(ledger, [account])];
  await untilWaiting(ledger.owner, 2);
  await held.letGo();
  await Promise.all(both);
  expect(await periodsOf(ledger, account)).toEqual(TWO_PERIODS);
});

test('twenty identical calls at once make one grant, and one of them is not a replay (invariant 9)', async () => {
  const calls = Array.from({ length: 20 }, () => callPlan(ledger, account, 'p1', 'pro', { start: START }));
  const answers = await Promise.all(calls);
  expect(answers.filter((answer) => !answer.is_replay)).toHaveLength(1);
  expect(new Set(answers.map((answer) => JSON.stringify([answer.outcome, answer.answer]))).size).toBe(1);
  expect(await planGrantsOf(ledger, account)).toEqual(['16000 until 2026-02-28']);
});

test('twenty calls at once under references of their own make one grant', async () => {
  await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      callPlan(ledger, account, `p1 ${String(n)}`, 'pro', { start: START }),
    ),
  );
  expect(await planGrantsOf(ledger, account)).toEqual(['16000 until 2026-02-28']);
});

test('due plans come in pages, longest overdue first, each account once', async () => {
  await renewDueToTheEnd();
  await ledger.setClock(START);
  for (let n = 0; n < 7; n++) {
    const other = await ledger.openAccount(`page_${String(6 - n)}`);
    await ledger.setClock(new Date(START.getTime() + Math.floor(n / 2) * DAY_MS));
    await callPlan(ledger, other, 'p1', 'starter', { renewal: 'automatic' });
  }
  await ledger.setClock(new Date(SECOND.getTime() + 5 * DAY_MS));
  const seen: string[] = [];
  let after: { due_at: string; account_id: string } = { due_at: '-infinity', account_id: '' };
  for (;;) {
    const page = await ledger.worker.query<{ due_at: string; account_id: string }>(
      'SELECT account_id, due_at::text FROM ledger.read_due_plans($1, $2, 3)',
      [after.due_at, after.account_id],
    );
    expect(page.rows.length).toBeLessThanOrEqual(3);
    const last = page.rows.at(-1);
    if (last === undefined) break;
    seen.push(...page.rows.map((row) => row.account_id));
    after = last;
  }
  expect(seen).toEqual([5, 6, 3, 4, 1, 2, 0].map((n) => `page_${String(n)}`));
  expect(Object.values(await renew(ledger, seen))).toEqual(seen.map(() => 'renewed'));
});

/** Whatever earlier tests left due, so that the next one sees its own only. */
async function renewDueToTheEnd(): Promise<void> {
  await ledger.setClock(new Date('2027-06-30T00:00:00Z'));
  while (Object.keys(await renewDue(ledger)).length > 0);
}

test('a renewal whose grant is refused is an error that leaves no trace, and the plan stays due', async () => {
  await callPlan(ledger, account, 'p1', 'starter', { renewal: 'automatic' });
  await ledger.setClock(SECOND);
  const beyondReason = { ...SUPERSCALE_PLAN_RULES, plans: { starter: 2_000_000_000_000 } };
  await expect(renew(ledger, [account], beyondReason)).rejects.toMatchObject({ code: 'HF003' });
  expect(await periodsOf(ledger, account)).toEqual(['2026-01-31 starter 4000']);
  expect(await renew(ledger, [account])).toEqual({ [account]: 'renewed' });
});

test('a plan whose next plan is no longer sold returns unknown_plan, and stays as it is', async () => {
  await callPlan(ledger, account, 'p1', 'starter', { renewal: 'automatic' });
  await ledger.setClock(SECOND);
  expect(await renew(ledger, [account], { ...SUPERSCALE_PLAN_RULES, plans: { pro: 16_000 } })).toEqual({
    [account]: 'unknown_plan',
  });
  expect(await renew(ledger, [account])).toEqual({ [account]: 'renewed' });
});

test('after a lapse on the grid a plan goes on with its old periods', async () => {
  await callPlan(ledger, account, 'p1', 'starter', { start: START });
  await callPlan(ledger, account, 'cancel', null);
  const may = new Date('2026-05-31T10:00:00Z');
  await renewByCall('again', may, may);
  expect(await periodsOf(ledger, account)).toEqual(['2026-01-31 starter 4000', '2026-05-31 starter 4000']);
  expect(await planGrantsOf(ledger, account)).toEqual(['4000 until 2026-02-28', '4000 until 2026-06-30']);
});

test.each([
  ['that names it', true],
  ['that does not', false],
])('after a lapse off the grid a plan begins new periods, by a call %s', async (_what, isNamed) => {
  await callPlan(ledger, account, 'p1', 'starter', { start: START });
  await callPlan(ledger, account, 'cancel', null);
  const offGrid = new Date('2026-05-15T12:00:00Z');
  await renewByCall('again', isNamed ? offGrid : null, offGrid);
  expect(await planGrantsOf(ledger, account)).toEqual(['4000 until 2026-02-28', '4000 until 2026-06-15']);
  const { rows } = await ledger.worker.query('SELECT ledger.read_balance($1) AS balance', [account]);
  expect(rows).toMatchObject([{ balance: { available: 4_000, spent_this_period: 0 } }]);
});
