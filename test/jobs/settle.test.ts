import { expect, test } from 'vitest';
import { withFreshAccounts } from '../ledger/fresh-accounts.ts';
import { holdAccounts, untilWaiting } from '../ledger/until-waiting.ts';
import {
  attemptOf,
  commitOf,
  createJobsFixture,
  jobItem,
  outputOf,
  releaseOf,
  type JobsFixture,
} from './jobs-fixture.ts';

let jobs: JobsFixture;
let account: string;
withFreshAccounts(createJobsFixture, { credits: 100 }, (fixture, fresh) => {
  jobs = fixture;
  account = fresh;
});

async function stateOf(jobId: string): Promise<unknown> {
  const { rows } = await jobs.owner.query<{ state: string }>(
    'SELECT state FROM jobs.jobs WHERE account_id = $1 AND job_id = $2',
    [account, jobId],
  );
  return rows[0]?.state;
}

test('a commit charges, and shows the asset to the customer', async () => {
  await jobs.runToAsset(account, 'j');
  expect(await jobs.call('read_outputs', account, [outputOf('j')])).toMatchObject([{ sha256: null }]);
  expect(await jobs.settleOutputs([commitOf(account, 'j')])).toEqual([
    {
      ...{ outcome: 'committed', committed: 35, released: 0, failure: null },
      content: { sha256: 'f00d', content_type: 'image/png', bytes: 100 },
    },
  ]);
  expect(await jobs.call('read_outputs', account, [outputOf('j')])).toMatchObject([
    { sha256: 'f00d', state: 'succeeded' },
  ]);
  expect(await stateOf('j')).toBe('succeeded');
});

test('a commit without a collected asset is refused, and charges nothing', async () => {
  await jobs.admit([jobItem(account, 'j')]);
  expect(await jobs.settleOutputs([commitOf(account, 'j')])).toMatchObject([{ outcome: 'asset_missing' }]);
  expect(await jobs.balanceOf(account)).toMatchObject({ reserved: 35, spent: 0 });
});

test('a commit of more than was reserved is refused, and the job stays open', async () => {
  await jobs.runToAsset(account, 'j');
  expect(await jobs.settleOutputs([commitOf(account, 'j', { credits: 36 })])).toMatchObject([
    { outcome: 'exceeds_reserved' },
  ]);
  expect(await stateOf('j')).toBe('running');
});

test('a commit of less returns the rest, and tells so', async () => {
  await jobs.runToAsset(account, 'j');
  expect(await jobs.settleOutputs([commitOf(account, 'j', { credits: 30 })])).toMatchObject([
    { committed: 30, released: 5 },
  ]);
  const events = await jobs.call('read_events', account, 'j', 0, 100);
  expect(events.map((event) => event['type'])).toEqual([
    'job.queued',
    'job.running',
    'credits.returned',
    'job.succeeded',
  ]);
});

test('a release ends the job, returns the credits and tells both, once (invariants 7 and 9)', async () => {
  await jobs.admit([jobItem(account, 'j')]);
  const released = { outcome: 'released', committed: 0, released: 35, failure: { code: 'provider_failed' } };
  expect(await jobs.settleOutputs([releaseOf(account, 'j'), releaseOf(account, 'j')])).toMatchObject([
    released,
    released,
  ]);
  expect(await jobs.settleOutputs([releaseOf(account, 'j', 'canceled')])).toMatchObject([released]);
  expect(await stateOf('j')).toBe('failed');
  const events = await jobs.call('read_events', account, 'j', 0, 100);
  expect(events.map((event) => event['type'])).toEqual(['job.queued', 'credits.returned', 'job.failed']);
  expect(await jobs.balanceOf(account)).toMatchObject({ available: 100, reserved: 0 });
});

test('a commit and a release at once end the output one way, and both are told which (invariant 4)', async () => {
  await jobs.runToAsset(account, 'j');
  const held = await holdAccounts(jobs.owner, [account]);
  const commit = jobs.settleOutputs([commitOf(account, 'j')]);
  await untilWaiting(jobs.owner, 1);
  const release = jobs.settleOutputs([releaseOf(account, 'j', 'canceled')]);
  await untilWaiting(jobs.owner, 2);
  await held.letGo();
  expect([...(await commit), ...(await release)]).toMatchObject([
    { outcome: 'committed' },
    { outcome: 'committed' },
  ]);
  expect(await stateOf('j')).toBe('succeeded');
});

test('outputs end on their own, and the job with the last of them', async () => {
  await jobs.admit([jobItem(account, 'j', {}, 2)]);
  await jobs.settleOutputs([releaseOf(account, 'j', 'canceled', 0)]);
  expect(await stateOf('j')).toBe('queued');
  await jobs.settleOutputs([releaseOf(account, 'j', 'provider_failed', 1)]);
  expect(await stateOf('j')).toBe('failed');
});

test('a job tells how many of its outputs have ended, and fails with the first that did, in their order', async () => {
  await jobs.admit([jobItem(account, 'j', {}, 2)]);
  await jobs.settleOutputs([releaseOf(account, 'j', 'zero_outputs', 1)]);
  const [half] = await jobs.call('read_job', account, 'j');
  expect(half?.['read_job']).toMatchObject({
    state: 'queued',
    progress: { stage: 'outputs', fraction: 0.5 },
  });
  await jobs.settleOutputs([releaseOf(account, 'j', 'provider_failed', 0)]);
  const [whole] = await jobs.call('read_job', account, 'j');
  expect(whole?.['read_job']).toMatchObject({
    state: 'failed',
    progress: null,
    failure: { code: 'provider_failed' },
  });
  const events = await jobs.call('read_events', account, 'j', 0, 100);
  expect(events.map((event) => event['type'])).toEqual([
    'job.queued',
    'credits.returned',
    'job.progress',
    'credits.returned',
    'job.failed',
  ]);
});

test.each([
  ['succeeded', ['commit', 'commit']],
  ['partially_succeeded', ['commit', 'provider_failed', 'canceled']],
  ['partially_succeeded', ['canceled', 'commit']],
  ['failed', ['canceled', 'provider_failed']],
  ['failed', ['provider_failed', 'canceled']],
  ['canceled', ['canceled', 'canceled']],
] as const)('a job is %s once its outputs have ended by %j, and not before', async (state, endings) => {
  await jobs.grant([
    { account_id: account, grant_id: 'more', source: 'top_up', priority: 3, amount: 100, reason: 'test' },
  ]);
  await jobs.admit([jobItem(account, 'j', {}, endings.length)]);
  for (const [index, ending] of endings.entries()) {
    expect(['queued', 'running']).toContain(await stateOf('j'));
    if (ending === 'commit') await jobs.bringToAsset(account, 'j', index);
    await jobs.settleOutputs([
      ending === 'commit' ? commitOf(account, 'j', {}, index) : releaseOf(account, 'j', ending, index),
    ]);
  }
  expect(await stateOf('j')).toBe(state);
});

test('a job that has ended never moves again, whatever comes late', async () => {
  await jobs.admit([jobItem(account, 'j')]);
  await jobs.call(
    'begin_attempt',
    account,
    'j',
    outputOf('j'),
    'render',
    1,
    attemptOf('j'),
    'local',
    'test',
    true,
  );
  await jobs.settleOutputs([releaseOf(account, 'j')]);
  await jobs.call('move_attempt', account, attemptOf('j'), ['posting'], 'accepted', 'p1', null);
  await jobs.call('mark_stuck', account, 'j', outputOf('j'));
  await jobs.settleOutputs([releaseOf(account, 'j', 'canceled')]);
  expect(await stateOf('j')).toBe('failed');
});

test("a job that was never admitted is released to a tombstone, and another account's stays untouched (invariant 12)", async () => {
  await jobs.admit([jobItem(account, 'j')]);
  const other = await jobs.openAccount(`${account}_other`, 100);
  expect(await jobs.settleOutputs([releaseOf(other, 'j')])).toMatchObject([
    { outcome: 'released', released: 0 },
  ]);
  expect(await jobs.balanceOf(account)).toMatchObject({ reserved: 35 });
  expect(await jobs.admit([jobItem(other, 'j')])).toMatchObject([{ outcome: { outcome: 'refused' } }]);
});
