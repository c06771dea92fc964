import { expect, test } from 'vitest';
import { withFreshAccounts } from '../ledger/fresh-accounts.ts';
import {
  attemptOf,
  createJobsFixture,
  jobItem,
  outputOf,
  releaseOf,
  reservationOf,
  type JobsFixture,
} from './jobs-fixture.ts';

let jobs: JobsFixture;
let account: string;
withFreshAccounts(createJobsFixture, { credits: 200 }, async (fixture, fresh) => {
  jobs = fixture;
  account = fresh;
  await jobs.admit([jobItem(account, 'j', {}, 2)]);
});

/** Two outputs, each with less time of its own than the job has. */
function withOwnDeadlines(jobId: string, ofJob: number, ofOutput: number): object {
  const item = jobItem(account, jobId, { deadline_seconds: ofJob, force: true }, 2) as { outputs: object[] };
  return { ...item, outputs: item.outputs.map((output) => ({ ...output, deadline_seconds: ofOutput })) };
}

const beginOutput = (index = 0, from = account) => jobs.call('begin_output', from, outputOf('j', index));
const stateOf = async () =>
  ((await jobs.call('read_job', account, 'j'))[0]?.['read_job'] as { state: string }).state;

test('an output’s deadline counts from its first begin, however often it is begun', async () => {
  const now = Date.now();
  await jobs.setClock(new Date(now + 100_000));
  const [first] = await beginOutput();
  expect(first).toMatchObject({ credits: '35', work: { kind: 'static_ad' }, age_seconds: 0 });
  await jobs.setClock(new Date(now + 130_000));
  const [again] = await beginOutput();
  expect(again?.['age_seconds']).toBeCloseTo(30, 0);
  expect(again?.['left_seconds']).toBe(first?.['left_seconds']);
  await jobs.setClock(null);
});

const returnsAfter = async (job: string, index: number, sinceMs: number) => {
  const { rows } = await jobs.owner.query<{ return_by: Date }>(
    'SELECT return_by FROM ledger.reservations WHERE account_id = $1 AND reservation_id = $2',
    [account, reservationOf(job, index)],
  );
  return ((rows[0]?.return_by.getTime() ?? Number.NaN) - sinceMs) / 1_000;
};

test("an output's credits return by its own deadline, from its own start; the job's are promised by the sum", async () => {
  const now = Date.now();
  await jobs.setClock(new Date(now));
  await jobs.admit([withOwnDeadlines('own', 1_800, 900)]);
  expect([await returnsAfter('own', 0, now), await returnsAfter('own', 1, now)]).toEqual([1_800, 1_800]);
  const [first] = await jobs.call('begin_output', account, outputOf('own', 0));
  expect(first).toMatchObject({ deadline_seconds: 900, left_seconds: 900 });
  await jobs.setClock(new Date(now + 1_000_000));
  const [second] = await jobs.call('begin_output', account, outputOf('own', 1));
  // 800 s are left of the job's.
  expect(second).toMatchObject({ deadline_seconds: 900, left_seconds: 800 });
  expect([await returnsAfter('own', 0, now), await returnsAfter('own', 1, now)]).toEqual([900, 1_800]);
  const [row] = await jobs.call('read_job', account, 'own');
  const { returned_automatically_by } = row?.['read_job'] as { returned_automatically_by: string };
  expect(Date.parse(returned_automatically_by)).toBe(now + 1_800_000);
  await jobs.setClock(null);
});

test('what support has extended holds for an output that begins later, and a restart gives an output its own time again', async () => {
  const now = Date.now();
  await jobs.setClock(new Date(now));
  await jobs.admit([withOwnDeadlines('later', 1_800, 900)]);
  const begun = await jobs.call('begin_output', account, outputOf('later', 0));
  expect(begun).toMatchObject([{ left_seconds: 900 }]);
  const by = { fingerprint: 'f', actor: 'a', reason: 'r', is_running: true, max_ahead_seconds: 86_400 };
  const command = (name: string, key: string, asked: object) =>
    jobs.call('apply_command', account, 'later', name, key, JSON.stringify({ ...by, ...asked }));

  const reference = attemptOf('later');
  await jobs.call(
    'begin_attempt',
    account,
    'later',
    outputOf('later'),
    'render',
    1,
    reference,
    'local',
    'test',
    true,
  );
  await jobs.call('move_attempt', account, reference, ['posting'], 'accepted', 'p1', null);
  await jobs.setClock(new Date(now + 600_000));
  expect(await command('restart', 'k1', { from_attempt: 1 })).toMatchObject([
    { answer: { outcome: 'done' } },
  ]);
  expect([await returnsAfter('later', 0, now), await returnsAfter('later', 1, now)]).toEqual([1_500, 1_800]);

  const until = new Date(now + 3_600_000).toISOString();
  expect(await command('extend', 'k2', { until })).toMatchObject([{ answer: { outcome: 'done' } }]);
  expect(await jobs.call('begin_output', account, outputOf('later', 1))).toMatchObject([
    { deadline_seconds: 900, left_seconds: 3_000 },
  ]);
  expect([await returnsAfter('later', 0, now), await returnsAfter('later', 1, now)]).toEqual([3_600, 3_600]);
  await jobs.setClock(null);
});

test('whether an output had begun, which decides the fault of a short deadline, is checked under the lock', async () => {
  const late = { code: 'run_deadline', detail: 'late', retryable: true };
  const release = (index: number) => ({
    ...releaseOf(account, 'j', 'run_deadline', index),
    ...{ failure: { ...late, at_fault: 'customer' }, expired_policy: 'expire' },
    if_never_begun: { failure: { ...late, at_fault: 'us' }, expired_policy: 'return_grant' },
  });
  await jobs.call(
    'begin_attempt',
    account,
    'j',
    outputOf('j', 0),
    'render',
    1,
    attemptOf('j'),
    'local',
    'test',
    true,
  );
  expect(await jobs.settleOutputs([release(0), release(1)])).toMatchObject([
    { outcome: 'released', failure: { at_fault: 'customer' } },
    { outcome: 'released', failure: { at_fault: 'us' } },
  ]);
});

test('an ended output is not begun', async () => {
  await jobs.settleOutputs([releaseOf(account, 'j', 'canceled', 1)]);
  expect(await beginOutput(1)).toEqual([]);
  expect(await beginOutput(0)).toHaveLength(1);
});

test("another account's output is not begun, nor its job read (invariant 12)", async () => {
  const other = await jobs.openAccount(`${account}_other`, 100);
  expect(await beginOutput(0, other)).toEqual([]);
  expect(await jobs.call('read_job_result', other, 'j')).toEqual([]);
});

test('a job is stuck while one of its outputs is, and no longer', async () => {
  const marked = await jobs.call('mark_stuck', account, 'j', outputOf('j', 0));
  expect(marked).toEqual([{ mark_stuck: true }]);
  expect(await stateOf()).toBe('stuck');
  await jobs.settleOutputs([releaseOf(account, 'j', 'provider_failed', 0)]);
  expect(await stateOf()).toBe('running');
  expect(await jobs.call('mark_stuck', account, 'j', outputOf('j', 0))).toEqual([{ mark_stuck: false }]);
  expect(await stateOf()).toBe('running');
});

test("one output's progress is not the job's", async () => {
  await jobs.call(
    'begin_attempt',
    account,
    'j',
    outputOf('j'),
    'main',
    1,
    attemptOf('j'),
    'local',
    'test',
    true,
  );
  await jobs.call('record_progress', account, 'j', JSON.stringify({ stage: 'render', fraction: 0.9 }));
  const [row] = await jobs.call('read_job', account, 'j');
  expect(row?.['read_job']).toMatchObject({ progress: null });
});
