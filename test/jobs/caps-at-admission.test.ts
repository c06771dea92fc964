import { expect, test } from 'vitest';
import { withFreshAccounts } from '../ledger/fresh-accounts.ts';
import { setLimits, usageOf } from '../ledger/limits/limit-calls.ts';
import { holdAccounts, untilWaiting } from '../ledger/until-waiting.ts';
import { commitOf, createJobsFixture, jobItem, releaseOf, type JobsFixture } from './jobs-fixture.ts';

const ann = { member: 'ann', project: 'spring' };

let jobs: JobsFixture;
let account: string;
withFreshAccounts(createJobsFixture, { credits: 1_000 }, (fixture, fresh) => {
  jobs = fixture;
  account = fresh;
});

async function outcomeOf(jobId: string, other: object = {}, outputs = 1): Promise<unknown> {
  return (await jobs.admit([jobItem(account, jobId, other, outputs)]))[0]?.['outcome'];
}

async function hasCapacity(): Promise<unknown> {
  return (await jobs.call('read_submission', account, 'new', null))[0]?.['reached_job_limit'] === null;
}

async function eventsOf(jobId: string): Promise<unknown[]> {
  return (await jobs.call('read_events', account, jobId, 0, 100)).map((event) => [
    event['type'],
    event['data'],
  ]);
}

const RESERVED = { outcome: 'reserved' };
const TOO_MANY = { outcome: 'refused', code: 'rate_limited', reason: 'too_many_concurrent_jobs' };

test('a job beyond a member’s cap is refused, with the cap, and reserves nothing', async () => {
  await setLimits(jobs, account, { member_credits_per_period: 100 });
  expect(await outcomeOf('j', ann, 2)).toMatchObject(RESERVED);
  expect(await outcomeOf('k', ann)).toMatchObject({
    outcome: 'refused',
    code: 'limit_exceeded',
    required: 35,
    available: 930,
    reserved: 70,
    limit: { limit: 'member_credits_per_period', name: 'ann', credits_per_period: 100, used: 70 },
  });
  expect(await outcomeOf('l', { member: 'bob', project: 'spring' })).toMatchObject(RESERVED);
  expect(await usageOf(jobs, account)).toEqual({ 'member ann': 70, 'member bob': 35, 'project spring': 105 });
});

test('a job of several outputs goes whole under a project’s cap or not at all', async () => {
  await setLimits(jobs, account, { project_credits_per_period: 104 });
  expect(await outcomeOf('j', ann, 3)).toMatchObject({
    code: 'limit_exceeded',
    required: 105,
    limit: { limit: 'project_credits_per_period', name: 'spring', credits_per_period: 104, used: 0 },
  });
  expect(await jobs.balanceOf(account)).toMatchObject({ available: 1_000, reserved: 0 });
  expect(await outcomeOf('k', ann, 2)).toMatchObject(RESERVED);
});

test('a job with many outputs fits under a cap whole or not at all too', async () => {
  await setLimits(jobs, account, { member_credits_per_period: 279 });
  expect(await outcomeOf('j', ann, 8)).toMatchObject({ code: 'limit_exceeded' });
  expect(await outcomeOf('k', ann, 7)).toMatchObject(RESERVED);
});

test('a refusal for a cap stands forever, and a failed job frees its room for the next one', async () => {
  await setLimits(jobs, account, { member_credits_per_period: 35 });
  await outcomeOf('j', ann);
  const refused = await outcomeOf('k', ann);
  expect(refused).toMatchObject({ code: 'limit_exceeded' });
  await jobs.settleOutputs([releaseOf(account, 'j')]);
  expect(await outcomeOf('k', ann)).toEqual(refused);
  expect(await outcomeOf('l', ann)).toMatchObject(RESERVED);
});

test('an account has at most its limit of jobs under way, until one of them ends', async () => {
  await setLimits(jobs, account, { max_concurrent_jobs: 2 });
  expect(await outcomeOf('j1')).toMatchObject(RESERVED);
  expect(await hasCapacity()).toBe(true);
  expect(await outcomeOf('j2', {}, 3)).toMatchObject(RESERVED);
  expect(await hasCapacity()).toBe(false);
  expect(await outcomeOf('j3')).toMatchObject({
    ...TOO_MANY,
    limit: { limit: 'max_concurrent_jobs', jobs: 2 },
  });
  await jobs.bringToAsset(account, 'j1');
  await jobs.settleOutputs([commitOf(account, 'j1')]);
  expect(await outcomeOf('j4')).toMatchObject(RESERVED);
  expect(await outcomeOf('j5')).toMatchObject(TOO_MANY);
});

test('a job of several outputs is under way until its last output has ended', async () => {
  await setLimits(jobs, account, { max_concurrent_jobs: 1 });
  await outcomeOf('j', {}, 2);
  await jobs.settleOutputs([releaseOf(account, 'j')]);
  expect(await hasCapacity()).toBe(false);
  await jobs.settleOutputs([releaseOf(account, 'j', 'provider_failed', 1)]);
  expect(await hasCapacity()).toBe(true);
});

test('a stuck job is under way, and a job under way that is asked for again is no other job', async () => {
  await setLimits(jobs, account, { max_concurrent_jobs: 1 });
  await outcomeOf('j');
  await jobs.call('mark_stuck', account, 'j', 'out_j_0');
  expect(await outcomeOf('j')).toMatchObject(RESERVED);
  expect(await outcomeOf('k')).toMatchObject(TOO_MANY);
});

test('without a limit any number runs, and a limit of 0 lets none run', async () => {
  for (let n = 0; n < 10; n++) expect(await outcomeOf(`j${String(n)}`)).toMatchObject(RESERVED);
  await setLimits(jobs, account, { max_concurrent_jobs: 0 });
  expect(await hasCapacity()).toBe(false);
  expect(await outcomeOf('k')).toMatchObject(TOO_MANY);
});

test('jobs in one array count towards the limit in its order', async () => {
  await setLimits(jobs, account, { max_concurrent_jobs: 2 });
  const rows = await jobs.admit(['j1', 'j2', 'j3'].map((id) => jobItem(account, id)));
  expect(rows.map((row) => row['outcome'])).toMatchObject([RESERVED, RESERVED, TOO_MANY]);
});

test('the limit is checked under the account’s lock: of five that waited for it, two fit', async () => {
  await setLimits(jobs, account, { max_concurrent_jobs: 2 });
  const held = await holdAccounts(jobs.owner, [account]);
  const calls = [1, 2, 3, 4, 5].map((n) => outcomeOf(`j${String(n)}`));
  await untilWaiting(jobs.owner, 5);
  await held.letGo();
  const outcomes = (await Promise.all(calls)) as { outcome: string }[];
  expect(outcomes.map((answer) => answer.outcome).sort()).toEqual([
    'refused',
    'refused',
    'refused',
    'reserved',
    'reserved',
  ]);
});

test('twenty admissions at once under a cap of three run three', async () => {
  await setLimits(jobs, account, { max_concurrent_jobs: 3 });
  const outcomes = await Promise.all(Array.from({ length: 20 }, (_, n) => outcomeOf(`j${String(n)}`)));
  expect(outcomes.filter((answer) => (answer as { outcome: string }).outcome === 'reserved')).toHaveLength(3);
});

test('another account’s jobs do not count against the limit (invariant 12)', async () => {
  await setLimits(jobs, account, { max_concurrent_jobs: 1 });
  const other = await jobs.openAccount(`${account}_other`, 100);
  await jobs.admit([jobItem(other, 'j')]);
  expect(await outcomeOf('k')).toMatchObject(RESERVED);
});

test('the job whose reservation takes the balance below its level says so, and only that one', async () => {
  await setLimits(jobs, account, { low_balance_at: 950 });
  await outcomeOf('j1');
  await outcomeOf('j2');
  await outcomeOf('j3');
  const low = ['credits.low', { available: 930, low_balance_at: 950 }];
  expect(await eventsOf('j1')).toEqual([['job.queued', { credits: 35 }]]);
  expect(await eventsOf('j2')).toEqual([['job.queued', { credits: 35 }], low]);
  expect(await eventsOf('j3')).toEqual([['job.queued', { credits: 35 }]]);
});
