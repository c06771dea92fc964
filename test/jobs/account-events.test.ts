import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { readAccountEvents } from '../../jobs/reads/read-events.ts';
import { setPlan } from '../../ledger/plan.ts';
import { SUPERSCALE_PLAN_RULES } from '../harness/superscale.ts';
import { grantItem } from '../ledger/ledger-fixture.ts';
import { setLimits } from '../ledger/limits/limit-calls.ts';
import { untilWaiting } from '../ledger/until-waiting.ts';
import { createJobsFixture, jobItem, releaseOf, type JobsFixture } from './jobs-fixture.ts';

const NOW = new Date('2026-03-01T09:00:00Z');
const DAY_MS = 86_400_000;
const later = (days: number) => new Date(NOW.getTime() + days * DAY_MS);

let jobs: JobsFixture;
let account: string;
let accounts = 0;
beforeAll(async () => {
  jobs = await createJobsFixture();
});
beforeEach(async () => {
  await jobs.setClock(NOW);
  account = await jobs.openAccount(`acct_events_${String(++accounts)}`, 1_000);
});
afterEach(() => jobs.expectReconciled());
afterAll(() => jobs.close());

const read = (after = 0, of = account) =>
  readAccountEvents(jobs.worker, of, { after, type: null, limit: 1_000 });
const typesOf = async () => (await read()).map((event) => event.type);

test('an account’s events count up by one, those of its jobs and those of none, each with its job’s own number', async () => {
  await setLimits(jobs, account, { low_balance_at: 980 });
  await jobs.admit([jobItem(account, 'j1')]);
  await jobs.call('record_progress', account, 'j1', JSON.stringify({ stage: 'render' }));
  await jobs.settleOutputs([releaseOf(account, 'j1')]);
  await jobs.void([{ account_id: account, grant_id: 'grant_first', reason: 'charge-back' }]);
  expect((await read()).map((event) => [event.sequence, event.type, event.of?.seq])).toEqual([
    [1, 'job.queued', 1],
    [2, 'credits.low', 2],
    [3, 'job.progress', 3],
    [4, 'credits.returned', 4],
    [5, 'job.failed', 5],
    [6, 'grant.voided', undefined],
    [7, 'credits.low', undefined],
  ]);
});

test('a low balance caused by metered use is an event without a job, once per fall', async () => {
  await setLimits(jobs, account, { low_balance_at: 700 });
  await jobs.owner.query('UPDATE ledger.accounts SET low_balance_rise = 36 WHERE account_id = $1', [account]);
  const spend = (id: string, amount: number) =>
    jobs.spend([{ account_id: account, spend_id: id, amount, note: 'chat' }]);
  await spend('s1', 301);
  await jobs.grant([grantItem(account, 'one unit above, not more', 36)]);
  await spend('s2', 36);
  expect(await read()).toMatchObject([
    { type: 'credits.low', of: null, data: { available: 699, low_balance_at: 700 } },
  ]);
  await jobs.grant([grantItem(account, 'more than a unit above', 37)]);
  await spend('s3', 37);
  expect(await typesOf()).toEqual(['credits.low', 'credits.low']);
});

test('a grant’s expiry is an event some days ahead, once, and again when it comes', async () => {
  const expiring = { grant_id: 'short', credits: 60, expires_at: '2026-03-31T09:00:00.000Z' };
  await jobs.grant([grantItem(account, 'short', 60, { expires_at: later(30) })]);
  const told: number[] = [];
  for (const days of [0, 26, 27, 28]) {
    await jobs.setClock(later(days));
    told.push(Number((await jobs.call('tell_expiring', 100))[0]?.['tell_expiring']));
  }
  expect(told).toEqual([0, 0, 1, 0]);
  await jobs.setClock(later(30));
  await jobs.worker.query('SELECT ledger.sweep_accounts($1)', [[account]]);
  expect((await read()).map(({ type, data }) => ({ type, data }))).toEqual([
    { type: 'credits.expiring', data: expiring },
    { type: 'credits.expired', data: { grant_id: 'short', credits: 60 } },
  ]);
});

test('credits that live for two days are announced to expire halfway, not at once', async () => {
  await jobs.grant([grantItem(account, 'shorter', 60, { expires_at: later(2) })]);
  expect(await jobs.call('tell_expiring', 100)).toEqual([{ tell_expiring: 0 }]);
  await jobs.setClock(later(1));
  expect(await jobs.call('tell_expiring', 100)).toEqual([{ tell_expiring: 1 }]);
});

test('a plan’s next period is a renewal; its first period and an upgrade are not', async () => {
  const plan = (name: string, reference: string) =>
    setPlan(jobs.worker, SUPERSCALE_PLAN_RULES, {
      ...{ accountId: account, reference: `${account} ${reference}`, plan: name, periodStart: null },
      ...{ renewal: 'by_call', actor: 'test', reason: 'test' },
    });
  await plan('starter', 'first');
  await plan('pro', 'higher');
  expect(await typesOf()).toEqual([]);
  await jobs.setClock(later(31));
  await plan('pro', 'second period');
  expect((await read()).map(({ type, data }) => [type, data['plan'], data['credits']])).toEqual([
    ['credits.expired', undefined, 4_000],
    ['credits.expired', undefined, 12_000],
    ['plan.renewed', 'pro', 16_000],
  ]);
});

test('a rolled-back change leaves no event', async () => {
  const client = await jobs.owner.connect();
  await client.query('BEGIN');
  await client.query(`SELECT jobs.tell($1, NULL, 'credits.low', '{}', ledger.lock($1))`, [account]);
  await client.query('ROLLBACK');
  client.release();
  await jobs.admit([jobItem(account, 'after')]);
  expect((await read()).map((event) => [event.sequence, event.type])).toEqual([[1, 'job.queued']]);
});

test('a reader with a cursor misses nothing while many write at once (invariant 12: of its own account)', async () => {
  await jobs.setClock(null);
  const other = await jobs.openAccount(`${account}_other`, 1_000);
  const writers = Array.from({ length: 12 }, async (_, writer) => {
    for (let round = 0; round < 5; round++) {
      const of = writer % 4 === 3 ? other : account;
      const id = `j_${String(writer)}_${String(round)}`;
      await jobs.admit([jobItem(of, id, { force: true, work_fingerprint: id })]);
      await jobs.call('record_progress', of, id, JSON.stringify({ stage: 'render', fraction: round / 10 }));
      await jobs.settleOutputs([releaseOf(of, id)]);
    }
  });
  const state = { isWriting: true };
  const done = Promise.all(writers).finally(() => (state.isWriting = false));
  const seen: number[] = [];
  for (let isLast = false; !isLast;) {
    isLast = !state.isWriting;
    for (const event of await read(seen.at(-1) ?? 0)) seen.push(event.sequence);
    await sleep(1);
  }
  await done;
  // Queued, progress, returned, failed: four of each of 45 jobs.
  expect(seen).toEqual(Array.from({ length: 9 * 5 * 4 }, (_, index) => index + 1));
  expect(await read(0, other)).toHaveLength(3 * 5 * 4);
});

test('a writer without the account’s lock is refused a number that was taken meanwhile', async () => {
  const client = await jobs.owner.connect();
  await client.query('BEGIN');
  await client.query(`SELECT jobs.tell($1, NULL, 'credits.low', '{}', ledger.lock($1))`, [account]);
  const unlocked = jobs.owner.query(`SELECT jobs.tell($1, NULL, 'credits.low', '{}', now())`, [account]);
  const refusal = expect(unlocked).rejects.toMatchObject({ code: '23505' });
  await untilWaiting(jobs.owner, 1);
  await client.query('COMMIT');
  client.release();
  await refusal;
});
