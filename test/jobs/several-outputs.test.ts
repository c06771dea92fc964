import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  attemptOf,
  createJobsFixture,
  jobItem,
  outputOf,
  releaseOf,
  type JobsFixture,
} from './jobs-fixture.ts';

let jobs: JobsFixture;
let account: string;
let accounts = 0;
beforeAll(async () => {
  jobs = await createJobsFixture();
});
beforeEach(async () => {
  account = await jobs.openAccount(`acct_several_${String(++accounts)}`, 100);
  await jobs.admit([jobItem(account, 'j', {}, 2)]);
});
afterEach(() => jobs.expectReconciled());
afterAll(() => jobs.close());

const takeUp = (index = 0, from = account) => jobs.call('take_up_output', from, outputOf('j', index));
const stateOf = async () =>
  ((await jobs.call('read_job', account, 'j'))[0]?.['read_job'] as { state: string }).state;

test('the clock of an output runs from when it is first taken up, however often it is', async () => {
  const now = Date.now();
  await jobs.setClock(new Date(now + 100_000));
  const [first] = await takeUp();
  expect(first).toMatchObject({ credits: '35', work: { kind: 'static_ad' }, age_seconds: 0 });
  await jobs.setClock(new Date(now + 130_000));
  const [again] = await takeUp();
  expect(again?.['age_seconds']).toBeCloseTo(30, 0);
  expect(again?.['left_seconds']).toBe(first?.['left_seconds']);
  await jobs.setClock(null);
});

test('what has ended is not taken up', async () => {
  await jobs.settleOutputs([releaseOf(account, 'j', 'canceled', 1)]);
  expect(await takeUp(1)).toEqual([]);
  expect(await takeUp(0)).toHaveLength(1);
});

test("another account's output is not taken up, nor its job read (invariant 12)", async () => {
  const other = await jobs.openAccount(`${account}_other`, 100);
  expect(await takeUp(0, other)).toEqual([]);
  expect(await jobs.call('read_job_result', other, 'j')).toEqual([]);
});

test('a job is stuck while one of its outputs is, and answers for that one alone', async () => {
  const marked = await jobs.call('mark_stuck', account, 'j', outputOf('j', 0));
  expect(marked).toEqual([{ mark_stuck: true }]);
  expect(await stateOf()).toBe('stuck');
  await jobs.settleOutputs([releaseOf(account, 'j', 'provider_failed', 0)]);
  expect(await stateOf()).toBe('running');
  expect(await jobs.call('mark_stuck', account, 'j', outputOf('j', 0))).toEqual([{ mark_stuck: false }]);
  expect(await stateOf()).toBe('running');
});

test("one output's progress is not the job's", async () => {
  await jobs.call('begin_attempt', account, 'j', outputOf('j'), 'main', 1, attemptOf('j'), 'local', 'test');
  await jobs.call('record_progress', account, 'j', JSON.stringify({ stage: 'render', fraction: 0.9 }));
  const [row] = await jobs.call('read_job', account, 'j');
  expect(row?.['read_job']).toMatchObject({ progress: null });
});
