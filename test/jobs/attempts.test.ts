import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { withFreshAccounts } from '../ledger/fresh-accounts.ts';
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
withFreshAccounts(createJobsFixture, { credits: 100 }, async (fixture, fresh) => {
  jobs = fixture;
  account = fresh;
  await jobs.admit([jobItem(account, 'j')]);
});

const begin = (number = 1, submitter: string = randomUUID()) =>
  jobs
    .call(
      'begin_attempt',
      account,
      'j',
      outputOf('j'),
      'render',
      number,
      attemptOf('j', number),
      'local',
      submitter,
      true,
    )
    .then((rows) => rows[0]);
const move = (from: readonly string[], to: string, providerJobId: string | null = null) =>
  jobs.call('move_attempt', account, attemptOf('j'), from, to, providerJobId, null).then((rows) => rows[0]);
const recordAsset = () =>
  jobs
    .call('record_asset', account, attemptOf('j'), 'f00d', 'image/png', 100, 'yes', null)
    .then((rows) => rows[0]?.['record_asset']);

test('the first to begin an attempt may post, and no caller after it (invariant 10)', async () => {
  const prepare = () => jobs.call('prepare_attempt', account, outputOf('j'), attemptOf('j', 1));
  expect(await prepare()).toMatchObject([{ state: null, work: { kind: 'static_ad' } }]);
  expect(await begin()).toMatchObject({ is_mine: true, state: 'posting' });
  expect(await prepare()).toMatchObject([{ state: 'posting' }]);
  expect(await begin()).toMatchObject({ is_mine: false, state: 'posting' });
});

test('of many who begin an attempt at once one may post (invariant 10)', async () => {
  const rows = await Promise.all(Array.from({ length: 10 }, () => begin()));
  expect(rows.filter((row) => row?.['is_mine'] === true)).toHaveLength(1);
});

test('a submitter that received no response asks again, and may post until the attempt has moved on', async () => {
  const again = () => begin(1, 'process#claim');
  expect(await again()).toMatchObject({ is_mine: true, state: 'posting' });
  expect(await again()).toMatchObject({ is_mine: true, state: 'posting' });
  expect(await begin()).toMatchObject({ is_mine: false, state: 'posting' });
  await move(['posting'], 'rejected');
  expect(await again()).toMatchObject({ is_mine: false, state: 'rejected' });
  expect(await jobs.call('read_attempts_of_output', account, outputOf('j'))).toHaveLength(1);
});

test('an attempt that begins after the release is fenced, and has no row', async () => {
  await jobs.settleOutputs([releaseOf(account, 'j')]);
  expect(await begin()).toMatchObject({ is_mine: false, state: 'fenced' });
  expect(await jobs.call('read_attempts_of_output', account, outputOf('j'))).toEqual([]);
});

test('an attempt that never left is not begun beside a later one of another model, by a workflow that starts over', async () => {
  expect(await begin(2)).toMatchObject({ is_mine: true, state: 'posting' });
  expect(await begin(1)).toMatchObject({ is_mine: false, state: 'rejected', error_class: 'taken_over' });
  expect(await begin(2)).toMatchObject({ is_mine: false, state: 'posting', error_class: null });
  expect(await jobs.call('read_attempts_of_output', account, outputOf('j'))).toHaveLength(1);
});

test('an attempt of an output that was never admitted is fenced', async () => {
  const [row] = await jobs.call(
    'begin_attempt',
    account,
    'none',
    'out_none_0',
    'render',
    1,
    'att_none',
    'local',
    'test',
    true,
  );
  expect(row).toMatchObject({ is_mine: false, state: 'fenced' });
});

test('an attempt under way is fenced by the release, and a late zombie cannot move it', async () => {
  await begin();
  await jobs.settleOutputs([releaseOf(account, 'j')]);
  expect(await move(['posting'], 'accepted', 'late')).toEqual({
    is_moved: false,
    state: 'fenced',
    provider_job_id: 'late',
  });
});

test('an attempt moves by compare-and-set: from what is named, and once', async () => {
  await begin();
  expect(await move(['unknown'], 'accepted', 'p1')).toMatchObject({ is_moved: false, state: 'posting' });
  expect(await move(['posting'], 'accepted', 'p2')).toMatchObject({ is_moved: true, state: 'accepted' });
  expect(await move(['posting'], 'unknown')).toMatchObject({ is_moved: false, state: 'accepted' });
});

test("a provider's id that comes too late never replaces the first", async () => {
  await begin();
  await move(['posting'], 'accepted', 'first');
  expect(await move(['posting'], 'accepted', 'second')).toMatchObject({
    is_moved: false,
    provider_job_id: 'first',
  });
});

test('its outcome is known once its result is there, not when it was taken', async () => {
  const known = async () => {
    const text = 'SELECT resolved_at IS NOT NULL AS is_known FROM jobs.attempts WHERE account_id = $1';
    return (await jobs.owner.query<{ is_known: boolean }>(text, [account])).rows[0]?.is_known;
  };
  await begin();
  await move(['posting'], 'unknown');
  expect(await known()).toBe(false);
  await move(['unknown'], 'accepted', 'p1');
  expect(await known()).toBe(false);
  await recordAsset();
  expect(await known()).toBe(true);
});

test('an asset counts once, and only for an accepted attempt', async () => {
  await begin();
  await move(['posting'], 'accepted', 'p1');
  expect(await recordAsset()).toBe('collected');
  expect(await recordAsset()).toBe('collected');
});

test('an asset that comes after the release is kept, and its attempt stays fenced', async () => {
  await begin();
  await move(['posting'], 'accepted', 'p1');
  await jobs.settleOutputs([releaseOf(account, 'j')]);
  expect(await recordAsset()).toBe('fenced');
  const { rows } = await jobs.owner.query('SELECT state, sha256 FROM jobs.attempts WHERE account_id = $1', [
    account,
  ]);
  expect(rows).toEqual([{ state: 'fenced', sha256: 'f00d' }]);
});

test('a job past its expected time is stuck, and one that has ended is not', async () => {
  const stuck = async () => (await jobs.call('mark_stuck', account, 'j', outputOf('j')))[0]?.['mark_stuck'];
  expect(await stuck()).toBe(true);
  expect(await stuck()).toBe(true);
  await jobs.settleOutputs([releaseOf(account, 'j')]);
  expect(await stuck()).toBe(false);
});

test('progress is told once per change, and not after the end', async () => {
  const report = (stage: string) => jobs.call('record_progress', account, 'j', JSON.stringify({ stage }));
  await report('render');
  await report('render');
  await jobs.settleOutputs([releaseOf(account, 'j')]);
  await report('encode');
  const events = await jobs.call('read_events', account, 'j', 0, 100);
  expect(events.map((event) => event['type'])).toEqual([
    'job.queued',
    'job.progress',
    'credits.returned',
    'job.failed',
  ]);
});
