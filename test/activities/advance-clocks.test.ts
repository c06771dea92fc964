import { randomUUID } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fingerprintJson, jobIdOf } from '../../contract/derived-ids.ts';
import { createClockActivities } from '../../activities/maintenance/advance-clocks.ts';
import { grantCredits } from '../../ledger/grant-credits.ts';
import { openAccount } from '../../ledger/open-account.ts';
import { setPlan } from '../../ledger/plan.ts';
import { askClock, readClock, stepClock } from '../../ledger/test-clock.ts';
import { SUPERSCALE_GRANTS, SUPERSCALE_PLAN_RULES } from '../harness/superscale.ts';
import { createActivitiesFixture, type ActivitiesFixture } from './activities-fixture.ts';

/** After any present, since the fixture’s account is opened now. 31 Jan 09:00 → 28 Feb 09:00 → 31 Mar 09:00: two periods of a plan. */
const START = new Date('2100-01-31T09:00:00Z');
const FIRST_END = new Date('2100-02-28T09:00:00Z');
const SECOND_END = new Date('2100-03-31T09:00:00Z');
/** The account is told of it three days before. */
const TRIAL_NOTICE = new Date('2100-02-11T09:00:00Z');
const TRIAL_END = new Date('2100-02-14T09:00:00Z');
const PLAN_CREDITS = 4_000;
const TRIAL_CREDITS = 500;
/** A static ad of the shipped catalogue, and how long after its return_by its credits return by themselves. */
const PRICE = 35;
const OVERDUE_SECONDS = 60;
const DAY_MS = 86_400_000;

let fixture: ActivitiesFixture;
beforeAll(async () => {
  fixture = await createActivitiesFixture();
  await fixture.database.setClock(START);
});
afterAll(() => fixture.close());

function activities() {
  return createClockActivities({
    database: fixture.worker,
    planRules: SUPERSCALE_PLAN_RULES,
    jobActivities: fixture.activitiesAt('http://nowhere.test'),
  });
}

const ask = (accountId: string, target: Date) =>
  askClock(fixture.worker, { accountId, target, actor: 'ann' });
const advance = (accountId: string) =>
  new MockActivityEnvironment().run(activities().advanceClock, accountId);
async function clockOf(accountId: string) {
  const clock = await readClock(fixture.worker, accountId);
  return clock && { now: clock.now, target: clock.target };
}

/** An account with its sign-up credits, a plan that renews by itself, and a trial that ends within its first period. */
async function openPlanAccount(mode: 'live' | 'test'): Promise<string> {
  const reference = randomUUID();
  const { accountId } = await openAccount(fixture.worker, SUPERSCALE_GRANTS, {
    ...{ name: reference, reference, mode },
  });
  await renewing(accountId);
  return accountId;
}

async function renewing(accountId: string, trialEnd = TRIAL_END): Promise<void> {
  await setPlan(fixture.worker, SUPERSCALE_PLAN_RULES, {
    ...{ accountId, reference: 'plan', plan: 'starter', periodStart: null, renewal: 'automatic' },
    ...{ actor: 'test', reason: 'test' },
  });
  await grantCredits(fixture.worker, {
    ...{
      accountId,
      grantId: `grant_trial_${accountId}`,
      source: 'trial',
      priority: 2,
      credits: TRIAL_CREDITS,
    },
    ...{ ends: { at: trialEnd }, reason: 'trial' },
  });
}

async function entriesAfterStart(accountId: string): Promise<readonly object[]> {
  const { rows } = await fixture.owner.query<object>(
    `SELECT kind, amount::int, created_at AS at FROM ledger.entries
     WHERE account_id = $1 AND created_at > $2 ORDER BY seq`,
    [accountId, START],
  );
  return rows;
}

const TWO_PERIODS = [
  { kind: 'expire', amount: TRIAL_CREDITS, at: TRIAL_END },
  { kind: 'expire', amount: PLAN_CREDITS, at: FIRST_END },
  { kind: 'grant', amount: PLAN_CREDITS, at: FIRST_END },
  { kind: 'expire', amount: PLAN_CREDITS, at: SECOND_END },
  { kind: 'grant', amount: PLAN_CREDITS, at: SECOND_END },
];

describe('the clock of a test account', () => {
  it('is moved forward only, at most two months ahead, and to one instant at a time', async () => {
    const accountId = await openPlanAccount('test');
    expect(await ask(accountId, START)).toEqual({ outcome: 'in_the_past', now: START });
    expect(await ask(accountId, new Date(SECOND_END.getTime() + 1))).toMatchObject({ outcome: 'too_far' });
    const asked = { outcome: 'asked', now: START, target: SECOND_END };
    expect(await ask(accountId, SECOND_END)).toEqual(asked);
    expect(await ask(accountId, SECOND_END)).toEqual(asked);
    expect(await ask(accountId, FIRST_END)).toEqual({ ...asked, outcome: 'advancing' });
    const { rows } = await fixture.owner.query(
      `SELECT actor FROM ledger.operator_actions WHERE account_id = $1 AND action = 'advance_clock'`,
      [accountId],
    );
    expect(rows).toEqual([{ actor: 'ann' }]);
  });

  it('is the machine’s clock for a live account, and cannot be moved', async () => {
    const accountId = await openPlanAccount('live');
    expect(await ask(accountId, FIRST_END)).toEqual({ outcome: 'live_account', now: START });
    await advance(accountId);
    expect(await clockOf(accountId)).toEqual({ now: START, target: null });
    expect(await entriesAfterStart(accountId)).toEqual([]);
    expect(await ask('acct_nobody', FIRST_END)).toMatchObject({ outcome: 'account_not_found' });
    expect(await clockOf('acct_nobody')).toBeNull();
  });

  it('does what falls due on the way, at its instant and in order, and leaves every other account as it is', async () => {
    const [other, accountId] = [await openPlanAccount('test'), await openPlanAccount('test')];
    await ask(accountId, SECOND_END);
    await advance(accountId);
    expect(await clockOf(accountId)).toEqual({ now: SECOND_END, target: null });
    expect(await ask(accountId, SECOND_END)).toEqual({ outcome: 'there', now: SECOND_END, target: null });
    expect(await entriesAfterStart(accountId)).toEqual(TWO_PERIODS);
    expect(await entriesAfterStart(other)).toEqual([]);
    const { rows: told } = await fixture.owner.query(
      `SELECT type, created_at AS at FROM jobs.events
       WHERE account_id = $1 AND created_at > $2 AND type IN ('credits.expiring', 'plan.renewed')
       ORDER BY sequence LIMIT 3`,
      [accountId, START],
    );
    expect(told).toEqual([
      { type: 'credits.expiring', at: TRIAL_NOTICE },
      { type: 'credits.expiring', at: new Date(FIRST_END.getTime() - 3 * DAY_MS) },
      { type: 'plan.renewed', at: FIRST_END },
    ]);
  });

  it('returns the credits of a job past its return_by, before what falls due later', async () => {
    const { accountId } = fixture;
    await fixture.database.setClock(null);
    try {
      await fixture.owner.query(`UPDATE ledger.accounts SET mode = 'test' WHERE account_id = $1`, [
        accountId,
      ]);
      await renewing(accountId, new Date(Date.now() + 14 * DAY_MS));
      const { plan } = await fixture.admit('a job on the way');
      const { now } = (await clockOf(accountId)) ?? { now: START };
      await ask(accountId, new Date(now.getTime() + 32 * DAY_MS));
      await advance(accountId);
      const { rows } = await fixture.owner.query<object>(
        `SELECT e.kind, e.amount::int, r.return_by IS NOT NULL AS is_of_the_job,
                e.created_at - r.return_by BETWEEN interval '60 seconds' AND interval '65 seconds' AS is_in_time
         FROM ledger.entries e
         LEFT JOIN ledger.reservations r ON r.reservation_id = e.reservation_id AND r.reservation_id = $3
         WHERE e.account_id = $1 AND e.created_at > $2 ORDER BY e.seq`,
        [accountId, new Date(now.getTime() + 60_000), plan.reservationId],
      );
      const others = { is_of_the_job: false, is_in_time: null };
      expect(rows).toEqual([
        { kind: 'release', amount: PRICE, is_of_the_job: true, is_in_time: true },
        { kind: 'expire', amount: TRIAL_CREDITS, ...others },
        { kind: 'expire', amount: PLAN_CREDITS, ...others },
        { kind: 'grant', amount: PLAN_CREDITS, ...others },
      ]);
    } finally {
      await fixture.database.setClock(START);
    }
  });

  it('returns everything past its return_by before it says that it has arrived, however much is reserved', async () => {
    await fixture.database.setClock(null);
    try {
      const accountId = await openPlanAccount('test');
      const item = { kind: 'static_ad', brief: { headline: 'A kettle' }, variations: 50 };
      const request = { kind: 'batch', items: [item, item] };
      const jobs = [request, { ...request, deadline_seconds: 60 }].map((body, n) => ({
        ...{ accountId, jobId: jobIdOf(accountId, `batch ${String(n)}`), request: body, outputCount: 100 },
        ...{ fingerprint: fingerprintJson(body), admitBy: new Date(Date.now() + 60_000).toISOString() },
      }));
      await grantCredits(fixture.worker, {
        ...{ accountId, grantId: `grant_more_${accountId}`, source: 'top_up', priority: 3, credits: 7_000 },
        ...{ ends: 'never', reason: 'test' },
      });
      for (const job of jobs) {
        const { admission } = await fixture.activitiesAt('http://nowhere.test').admit(job);
        expect(admission).toMatchObject({ outcome: 'reserved', credits: 100 * PRICE });
      }
      const { now } = (await clockOf(accountId)) ?? { now: START };
      const openAfter = async (seconds: number) => {
        await ask(accountId, new Date(now.getTime() + seconds * 1_000));
        await advance(accountId);
        expect(await clockOf(accountId)).toMatchObject({ target: null });
        return (await fixture.balance(accountId)).reserved / PRICE;
      };
      // Whichever of the two has the smaller id, the one of a minute an output is past its own and the other is not.
      expect(await openAfter(1_000)).toBe(100);
      expect(await openAfter(2 * 86_400)).toBe(0);
    } finally {
      await fixture.database.setClock(START);
    }
  });

  it('arrives with each thing done once when an interrupted step is repeated', async () => {
    const accountId = await openPlanAccount('test');
    await ask(accountId, SECOND_END);
    // A worker that died between the step and what was due there, and one that took two steps at once.
    await stepClock(fixture.worker, accountId, { ahead: '0', overdueSeconds: OVERDUE_SECONDS });
    expect(await clockOf(accountId)).toEqual({ now: TRIAL_NOTICE, target: SECOND_END });
    await Promise.all([advance(accountId), advance(accountId)]);
    expect(await clockOf(accountId)).toEqual({ now: SECOND_END, target: null });
    const kinds = (await entriesAfterStart(accountId)) as { kind: string; amount: number }[];
    expect(kinds.map(({ kind, amount }) => ({ kind, amount }))).toEqual(
      TWO_PERIODS.map(({ kind, amount }) => ({ kind, amount })),
    );
  });

  it('runs on once it has arrived, so that the next period is not missed', async () => {
    const accountId = await openPlanAccount('test');
    await ask(accountId, FIRST_END);
    await advance(accountId);
    const aMonthOn = new Date(START.getTime() + 31 * DAY_MS);
    try {
      await fixture.database.setClock(aMonthOn);
      await new MockActivityEnvironment().run(activities().advanceMovedClocks);
      expect(await clockOf(accountId)).toMatchObject({ target: null });
      const kinds = (await entriesAfterStart(accountId)) as { kind: string }[];
      expect(kinds.map(({ kind }) => kind)).toEqual(['expire', 'expire', 'grant', 'expire', 'grant']);
    } finally {
      await fixture.database.setClock(START);
    }
  });
});
