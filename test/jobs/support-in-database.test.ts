import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { holdAccounts, untilWaiting } from '../ledger/until-waiting.ts';
import {
  attemptOf,
  commitOf,
  createJobsFixture,
  jobItem,
  outputOf,
  releaseOf,
  reservationOf,
  type JobsFixture,
} from './jobs-fixture.ts';
import { createCommands } from './support-calls.ts';

let jobs: JobsFixture;
let account: string;
let accounts = 0;
const command = createCommands(() => jobs);
beforeAll(async () => {
  jobs = await createJobsFixture();
});
beforeEach(async () => {
  account = await jobs.openAccount(`acct_${String(++accounts)}`, 200);
});
afterEach(async () => {
  await jobs.setClock(null);
  await jobs.expectReconciled();
});
afterAll(() => jobs.close());

type Row = Record<string, unknown>;

const row = async <Result extends Row>(sql: string, ...values: readonly unknown[]): Promise<Result> =>
  (await jobs.owner.query<Result>(sql, [account, ...values])).rows[0] as Result;
const returnBy = async (jobId: string, index = 0) =>
  (
    await row<{ return_by: Date }>(
      'SELECT return_by FROM ledger.reservations WHERE account_id = $1 AND reservation_id = $2',
      reservationOf(jobId, index),
    )
  ).return_by.toISOString();
const stateOfAttempt = async (reference: string) =>
  (await jobs.call('read_attempt', account, reference))[0]?.['state'];
const actions = async () =>
  (
    await jobs.owner.query<Row>(
      'SELECT actor, action, reason, detail FROM ledger.operator_actions WHERE account_id = $1 ORDER BY action_id',
      [account],
    )
  ).rows;
const types = async (jobId: string) =>
  (await jobs.call('read_events', account, jobId, 0, 100)).map((event) => event['type']);

/** A job with an attempt in a state. */
async function withAttempt(state: string, jobId = 'j'): Promise<string> {
  const reference = attemptOf(jobId);
  await jobs.admit([jobItem(account, jobId)]);
  await jobs.call(
    'begin_attempt',
    account,
    jobId,
    outputOf(jobId),
    'render',
    1,
    reference,
    'local',
    'test',
    true,
  );
  if (state !== 'posting')
    await jobs.call(
      'move_attempt',
      account,
      reference,
      ['posting'],
      state,
      state === 'accepted' ? 'p1' : null,
      null,
    );
  return reference;
}

async function delivered(outputs = 1, jobId = 'j'): Promise<void> {
  await jobs.admit([jobItem(account, jobId, {}, outputs)]);
  for (let index = 0; index < outputs; index++) await jobs.bringToAsset(account, jobId, index);
  await jobs.settleOutputs(
    Array.from({ length: outputs }, (_, index) => commitOf(account, jobId, {}, index)),
  );
}

const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString();
const refused = (reason: string) => ({ answer: { outcome: 'refused', reason }, is_replay: false });

test('release returns the credits of every open output, fences their attempts, and tells who and why, once', async () => {
  await jobs.admit([jobItem(account, 'j', {}, 2)]);
  await jobs.call(
    'begin_attempt',
    account,
    'j',
    outputOf('j', 1),
    'render',
    1,
    attemptOf('j', 1, 1),
    'local',
    'test',
    true,
  );
  const done = { outcome: 'done', credits: 70, output_ids: [outputOf('j'), outputOf('j', 1)] };
  expect(await command(account, 'j', 'release', { key: 'k' })).toMatchObject({
    answer: done,
    is_replay: false,
  });
  expect(await command(account, 'j', 'release', { key: 'k' })).toMatchObject({
    answer: done,
    is_replay: true,
  });
  expect(await jobs.balanceOf(account)).toMatchObject({ available: 200, reserved: 0 });
  expect(await stateOfAttempt(attemptOf('j', 1, 1))).toBe('fenced');
  expect(await types('j')).toEqual([
    'job.queued',
    'credits.returned',
    'job.progress',
    'credits.returned',
    'job.failed',
  ]);
  expect(await actions()).toMatchObject([
    {
      actor: 'key_ops',
      action: 'release_job',
      reason: 'because',
      detail: { job_id: 'j', key: 'k', credits: 70 },
    },
  ]);
  expect(await command(account, 'j', 'release')).toMatchObject(refused('job_ended'));
  expect(await actions()).toHaveLength(1);
});

test('release returns what is open of a job that is partly delivered', async () => {
  await jobs.admit([jobItem(account, 'j', {}, 2)]);
  await jobs.bringToAsset(account, 'j');
  await jobs.settleOutputs([commitOf(account, 'j')]);
  expect(await command(account, 'j', 'release')).toMatchObject({ answer: { credits: 35 } });
  expect(await jobs.balanceOf(account)).toMatchObject({ available: 165, reserved: 0, spent: 35 });
});

test('a release and a charge at once: one ends the output, and both are told which (invariant 4)', async () => {
  await jobs.runToAsset(account, 'j');
  const held = await holdAccounts(jobs.owner, [account]);
  const commit = jobs.settleOutputs([commitOf(account, 'j')]);
  await untilWaiting(jobs.owner, 1);
  const release = command(account, 'j', 'release');
  await untilWaiting(jobs.owner, 2);
  await held.letGo();
  expect(await commit).toMatchObject([{ outcome: 'committed' }]);
  expect(await release).toMatchObject(refused('job_ended'));

  await jobs.runToAsset(account, 'k');
  const again = await holdAccounts(jobs.owner, [account]);
  const first = command(account, 'k', 'release');
  await untilWaiting(jobs.owner, 1);
  const second = jobs.settleOutputs([commitOf(account, 'k')]);
  await untilWaiting(jobs.owner, 2);
  await again.letGo();
  expect(await first).toMatchObject({ answer: { outcome: 'done' } });
  expect(await second).toMatchObject([{ outcome: 'released', failure: { code: 'terminated' } }]);
});

test('refund gives back part, then the rest, the last output first, never more than was charged (invariant 8)', async () => {
  await delivered(2);
  expect(await command(account, 'j', 'refund', { call: { credits: 40 } })).toMatchObject({
    answer: {
      refunds: [
        { output_id: outputOf('j', 1), credits: 35 },
        { output_id: outputOf('j'), credits: 5 },
      ],
    },
  });
  expect(await command(account, 'j', 'refund', { call: { credits: 31 } })).toMatchObject({
    answer: { outcome: 'refused', reason: 'exceeds_committed', committed: 70, left: 30 },
  });
  expect(await command(account, 'j', 'refund')).toMatchObject({
    answer: { refunds: [{ output_id: outputOf('j'), credits: 30 }] },
  });
  expect(await command(account, 'j', 'refund')).toMatchObject(refused('already_refunded'));
  expect(await jobs.balanceOf(account)).toMatchObject({ available: 200, reserved: 0, spent: 0 });
  expect((await types('j')).slice(-4)).toEqual([
    'job.succeeded',
    'credits.refunded',
    'credits.refunded',
    'credits.refunded',
  ]);
});

test('refund of one output leaves the others, and of none of the job’s is not found', async () => {
  await delivered(2);
  const one = { call: { output_id: outputOf('j', 0) } };
  expect(await command(account, 'j', 'refund', one)).toMatchObject({
    answer: { refunds: [{ output_id: outputOf('j'), credits: 35 }] },
  });
  expect(await command(account, 'j', 'refund', one)).toMatchObject(refused('already_refunded'));
  expect(await command(account, 'j', 'refund', { call: { output_id: outputOf('k') } })).toMatchObject({
    answer: { outcome: 'not_found', what: 'output' },
  });
  expect(await jobs.balanceOf(account)).toMatchObject({ spent: 35 });
});

test('refund of what was never charged, still runs or was returned is refused and changes nothing', async () => {
  await jobs.admit([jobItem(account, 'j')]);
  expect(await command(account, 'j', 'refund')).toMatchObject(refused('nothing_committed'));
  await jobs.settleOutputs([releaseOf(account, 'j')]);
  expect(await command(account, 'j', 'refund')).toMatchObject(refused('nothing_committed'));
  expect(await actions()).toEqual([]);
});

test('two refunds at once give back once, and under one key the second reads the first’s answer', async () => {
  await delivered();
  const held = await holdAccounts(jobs.owner, [account]);
  const racing = ['a', 'b', 'a'].map((key) => command(account, 'j', 'refund', { key }));
  await untilWaiting(jobs.owner, 3);
  await held.letGo();
  const answers = await Promise.all(racing);
  expect(answers.filter((one) => one['is_replay'])).toHaveLength(1);
  expect(await jobs.balanceOf(account)).toMatchObject({ available: 200, spent: 0 });
  expect(await actions()).toHaveLength(1);
});

test('a key returns the same forever, a refusal too, and key_reused to another content (invariant 9)', async () => {
  await jobs.admit([jobItem(account, 'j')]);
  expect(await command(account, 'j', 'refund', { key: 'k', print: 'one' })).toMatchObject(
    refused('nothing_committed'),
  );
  await jobs.bringToAsset(account, 'j');
  await jobs.settleOutputs([commitOf(account, 'j')]);
  expect(await command(account, 'j', 'refund', { key: 'k', print: 'one' })).toMatchObject({
    ...refused('nothing_committed'),
    is_replay: true,
  });
  expect(await command(account, 'j', 'refund', { key: 'k', print: 'another' })).toMatchObject({
    answer: { outcome: 'key_reused' },
    is_replay: true,
  });
  expect(await jobs.balanceOf(account)).toMatchObject({ spent: 35 });
});

test('extend moves return_by of the open reservations and of the job, later only and within its bound', async () => {
  await jobs.admit([jobItem(account, 'j')]);
  const until = inSeconds(3_600);
  expect(await command(account, 'j', 'extend', { call: { until } })).toMatchObject({
    answer: { outcome: 'done', output_ids: [outputOf('j')] },
  });
  expect(await returnBy('j')).toBe(until);
  const [job] = await jobs.call('read_job', account, 'j');
  expect(new Date((job?.['read_job'] as Row)['returned_automatically_by'] as string).toISOString()).toBe(
    until,
  );
  expect(await types('j')).toEqual(['job.queued', 'job.progress']);

  for (const [call, answer] of [
    [{ until }, { outcome: 'refused', reason: 'not_later' }],
    [{ until: inSeconds(60) }, { outcome: 'refused', reason: 'not_later' }],
    [{ until: inSeconds(-1) }, { outcome: 'invalid', pointer: '/until', code: 'in_the_past' }],
    [{ until: inSeconds(8 * 86_400) }, { outcome: 'invalid', pointer: '/until', code: 'too_large' }],
    [
      { until: inSeconds(7_200), is_running: false },
      { outcome: 'refused', reason: 'not_running' },
    ],
  ] as const) {
    expect(await command(account, 'j', 'extend', { call })).toMatchObject({ answer });
  }
  expect(await returnBy('j')).toBe(until);
  await command(account, 'j', 'release');
  expect(await command(account, 'j', 'extend', { call: { until: inSeconds(7_200) } })).toMatchObject(
    refused('job_ended'),
  );
});

test('what the reconciler thought overdue is left alone when an extension came first, and returned when it did not', async () => {
  await jobs.admit([jobItem(account, 'j')]);
  await jobs.setClock(new Date(Date.now() + 961_000));
  const held = await holdAccounts(jobs.owner, [account]);
  const until = inSeconds(961 + 600);
  const extending = command(account, 'j', 'extend', { call: { until } });
  await untilWaiting(jobs.owner, 1);
  const overdue = { ...releaseOf(account, 'j'), overdue_seconds: 60 };
  const releasing = jobs.settleOutputs([overdue]);
  await untilWaiting(jobs.owner, 2);
  await held.letGo();
  expect(await extending).toMatchObject({ answer: { outcome: 'done' } });
  expect(await releasing).toMatchObject([{ outcome: 'not_overdue' }]);
  expect(await jobs.balanceOf(account)).toMatchObject({ reserved: 35 });

  await jobs.setClock(new Date(Date.parse(until) + 60_001));
  expect(await jobs.settleOutputs([overdue])).toMatchObject([{ outcome: 'released' }]);
  expect(await command(account, 'j', 'extend', { call: { until: inSeconds(5_000) } })).toMatchObject(
    refused('job_ended'),
  );
  // Every later caller is told how it ended.
  expect(await jobs.settleOutputs([overdue])).toMatchObject([{ outcome: 'released' }]);
});

test('restart replaces the attempt that runs, sets return_by as if it began now, and is refused twice', async () => {
  const reference = await withAttempt('accepted');
  const now = new Date(Date.now() + 600_000);
  await jobs.setClock(now);
  const call = { from_attempt: 1 };
  expect(await command(account, 'j', 'restart', { key: 'k', call })).toMatchObject({
    answer: { outcome: 'done', attempt: reference, output_id: outputOf('j') },
  });
  expect(await stateOfAttempt(reference)).toBe('replaced');
  expect(await returnBy('j')).toBe(new Date(now.getTime() + 900_000).toISOString());
  expect(await command(account, 'j', 'restart', { key: 'k', call })).toMatchObject({ is_replay: true });
  expect(await command(account, 'j', 'restart', { call: { from_attempt: reference } })).toMatchObject(
    refused('attempt_replaced'),
  );
});

test('restart never moves return_by to an earlier instant', async () => {
  await withAttempt('accepted');
  const until = inSeconds(7_200);
  await command(account, 'j', 'extend', { call: { until } });
  await command(account, 'j', 'restart', { call: { from_attempt: 1 } });
  expect(await returnBy('j')).toBe(until);
});

test.each([
  ['posting', 'attempt_unknown'],
  ['unknown', 'attempt_unknown'],
  ['rejected', 'attempt_over'],
])('restart of an attempt that is %s is refused: %s', async (state, reason) => {
  const reference = await withAttempt(state);
  const before = await returnBy('j');
  expect(await command(account, 'j', 'restart', { call: { from_attempt: 1 } })).toMatchObject(
    refused(reason),
  );
  expect([await stateOfAttempt(reference), await returnBy('j')]).toEqual([state, before]);
});

test('restart of what has delivered, of no attempt, of an ended job or without a workflow is refused', async () => {
  await jobs.runToAsset(account, 'j');
  const restart = (call: object) => command(account, 'j', 'restart', { call });
  expect(await restart({ from_attempt: 1 })).toMatchObject(refused('attempt_delivered'));
  expect(await restart({ from_attempt: 2 })).toMatchObject(refused('no_such_attempt'));
  await jobs.settleOutputs([commitOf(account, 'j')]);
  expect(await restart({ from_attempt: 1 })).toMatchObject(refused('job_ended'));
  await withAttempt('accepted', 'k');
  expect(
    await command(account, 'k', 'restart', { call: { from_attempt: 1, is_running: false } }),
  ).toMatchObject(refused('not_running'));
});

test('of a job with several attempts of one number, restart takes the reference, or the one that runs', async () => {
  await jobs.admit([jobItem(account, 'j', {}, 2)]);
  for (const index of [0, 1]) {
    await jobs.call(
      'begin_attempt',
      account,
      'j',
      outputOf('j', index),
      'render',
      1,
      attemptOf('j', 1, index),
      'local',
      'test',
      true,
    );
    await jobs.call('move_attempt', account, attemptOf('j', 1, index), ['posting'], 'accepted', 'p', null);
  }
  const restart = (from_attempt: unknown) => command(account, 'j', 'restart', { call: { from_attempt } });
  expect(await restart(1)).toMatchObject(refused('several_attempts'));
  expect(await restart(attemptOf('j', 1, 1))).toMatchObject({ answer: { output_id: outputOf('j', 1) } });
  expect(await restart(1)).toMatchObject({ answer: { output_id: outputOf('j', 0) } });
});

test('a late answer of a replaced attempt is kept, never charged, and moves nothing', async () => {
  const reference = await withAttempt('accepted');
  await command(account, 'j', 'restart', { call: { from_attempt: 1 } });
  const [kept] = await jobs.call('record_asset', account, reference, 'f00d', 'image/png', 100, 'yes', null);
  expect(kept).toEqual({ record_asset: 'replaced' });
  expect(
    await jobs.call('move_attempt', account, reference, ['accepted'], 'failed', null, 'x'),
  ).toMatchObject([{ is_moved: false, state: 'replaced' }]);
  expect(await jobs.settleOutputs([commitOf(account, 'j')])).toMatchObject([{ outcome: 'asset_missing' }]);
  const begun = await jobs.call(
    'begin_attempt',
    account,
    'j',
    outputOf('j'),
    'render',
    2,
    attemptOf('j', 2),
    'local',
    'test',
    true,
  );
  expect(begun).toMatchObject([{ is_mine: true }]);
});

test('a restart that waits while the old attempt delivers is refused, and the result is charged', async () => {
  const reference = await withAttempt('accepted');
  const held = await holdAccounts(jobs.owner, [account]);
  const restarting = command(account, 'j', 'restart', { call: { from_attempt: 1 } });
  await untilWaiting(jobs.owner, 1);
  await jobs.call('record_asset', account, reference, 'f00d', 'image/png', 100, 'yes', null);
  await held.letGo();
  expect(await restarting).toMatchObject(refused('attempt_delivered'));
  expect(await jobs.settleOutputs([commitOf(account, 'j')])).toMatchObject([{ outcome: 'committed' }]);
});

test('resolve as not run rejects the unknown attempt, so that the next may be made', async () => {
  const reference = await withAttempt('unknown');
  expect(await command(account, 'j', 'resolve', { call: { said: 'did_not_run' } })).toMatchObject({
    answer: { outcome: 'done', attempt: reference, said: 'did_not_run' },
  });
  expect(await jobs.call('read_attempt', account, reference)).toMatchObject([
    { state: 'rejected', error_class: 'resubmit' },
  ]);
  expect(
    await command(account, 'j', 'resolve', { call: { said: 'ran', provider_job_id: 'p' } }),
  ).toMatchObject(refused('attempt_known'));
});

test('resolve as run accepts it under the provider’s id; without one the provider is asked, and may not say', async () => {
  const reference = await withAttempt('unknown');
  const resolve = (call: object) => command(account, 'j', 'resolve', { call: { said: 'ran', ...call } });
  expect(await resolve({})).toMatchObject({ answer: { outcome: 'look_up' } });
  for (const [look_up, reason] of [
    ['not_found', 'not_found_at_provider'],
    ['unsupported', 'provider_cannot_be_asked'],
    ['unknown', 'provider_does_not_say'],
    ['not_ours', 'provider_job_of_another'],
  ] as const) {
    expect(await resolve({ look_up })).toMatchObject(refused(reason));
  }
  expect(await stateOfAttempt(reference)).toBe('unknown');
  // Named by support, it is not believed either before the provider was asked.
  expect(await resolve({ provider_job_id: 'p9' })).toMatchObject({ answer: { outcome: 'look_up' } });
  expect(await resolve({ provider_job_id: 'p9', look_up: 'found' })).toMatchObject({
    answer: { outcome: 'done', provider_job_id: 'p9' },
  });
  expect(await jobs.call('read_attempt', account, reference)).toMatchObject([
    { state: 'accepted', provider_job_id: 'p9' },
  ]);
  expect(await types('j')).toEqual(['job.queued', 'job.running']);
});

test('an id that another attempt has, of whichever account, is refused where the provider cannot be asked', async () => {
  const other = await jobs.openAccount(`${account}_other`, 100);
  await jobs.admit([jobItem(other, 'another')]);
  await jobs.bringToAsset(other, 'another');
  await jobs.owner.query(`UPDATE jobs.attempts SET provider_job_id = 'p of another' WHERE account_id = $1`, [
    other,
  ]);
  await withAttempt('unknown');
  const named = (provider_job_id: string) =>
    command(account, 'j', 'resolve', { call: { said: 'ran', look_up: 'unsupported', provider_job_id } });
  expect(await named('p of another')).toMatchObject(refused('provider_job_of_another'));
  expect(await named('p of its own')).toMatchObject({ answer: { outcome: 'done' } });
});

test('resolve of what is on its way, known, unnamed or ended is refused', async () => {
  await withAttempt('posting');
  const resolve = (call: object = {}) =>
    command(account, 'j', 'resolve', { call: { said: 'did_not_run', ...call } });
  expect(await resolve()).toMatchObject(refused('attempt_on_its_way'));
  expect(await resolve({ attempt: 2 })).toMatchObject(refused('no_such_attempt'));
  expect(await resolve({ attempt: 1, is_running: false })).toMatchObject(refused('attempt_on_its_way'));
  await jobs.call('move_attempt', account, attemptOf('j'), ['posting'], 'accepted', 'p1', null);
  expect(await resolve({ attempt: attemptOf('j') })).toMatchObject(refused('attempt_known'));
  await command(account, 'j', 'release');
  expect(await resolve()).toMatchObject(refused('job_ended'));
});

test.each(['release', 'refund', 'extend', 'restart', 'resolve'])(
  '%s of another account’s job finds none, takes no key and leaves no trace (invariant 12)',
  async (name) => {
    await withAttempt('accepted');
    const other = await jobs.openAccount(`${account}_other`, 100);
    expect(await command(other, 'j', name, { key: 'k' })).toMatchObject({
      answer: { outcome: 'not_found', what: 'job' },
      is_replay: false,
    });
    const { rows } = await jobs.owner.query('SELECT 1 FROM jobs.idempotency_keys WHERE account_id = $1', [
      other,
    ]);
    expect(rows).toEqual([]);
    expect(await stateOfAttempt(attemptOf('j'))).toBe('accepted');
  },
);

test.each(['actor', 'reason'])('a command without %s is an error, and nothing is done', async (missing) => {
  await jobs.admit([jobItem(account, 'j')]);
  await expect(command(account, 'j', 'release', { call: { [missing]: null } })).rejects.toMatchObject({
    code: '23502',
  });
  expect(await jobs.balanceOf(account)).toMatchObject({ reserved: 35 });
});

test('inspect shows reservation, attempts and what was done, in order', async () => {
  await withAttempt('accepted');
  await command(account, 'j', 'extend', { call: { until: inSeconds(3_600) } });
  await command(account, 'j', 'restart', { call: { from_attempt: 1 } });
  const [found] = await jobs.call('inspect_job', account, 'j');
  expect(found?.['inspect_job']).toMatchObject({
    provider: 'local',
    outputs: [
      {
        id: outputOf('j'),
        reservation: { state: 'open', amount: 35 },
        attempts: [{ number: 1, state: 'replaced', provider_job_id: 'p1' }],
        repair: null,
      },
    ],
    actions: [{ action: 'extend_job' }, { action: 'restart_job', actor: 'key_ops', reason: 'because' }],
  });
});

test('the repair queue has a row per reservation, counts tries, and lists it until it is settled', async () => {
  await jobs.admit([jobItem(account, 'j')]);
  const item = (why: string) => ({ account_id: account, reservation_id: reservationOf('j'), why });
  await jobs.call('record_repairs', JSON.stringify([item('first'), item('first')]));
  await jobs.call('record_repairs', JSON.stringify([item('second')]));
  const list = async (isResolved: boolean, of: string | null = account) =>
    (await jobs.call('list_repairs', of, isResolved, null, null, null, 100)).map(
      (one) => one['repair'] as Row,
    );
  expect(await list(false)).toMatchObject([
    { job_id: 'j', output_id: outputOf('j'), credits: 35, why: 'second', tries: 2, resolved_at: null },
  ]);
  expect(await list(false, null)).toHaveLength(1);
  expect(await list(false, 'acct_other')).toEqual([]);
  expect(await list(true)).toEqual([]);
  await jobs.settleOutputs([releaseOf(account, 'j')]);
  expect(await list(false)).toEqual([]);
  expect(await list(true)).toMatchObject([{ resolved_at: expect.any(String) }]);
});
