import { expect, test } from 'vitest';
import { withFreshAccounts } from '../ledger/fresh-accounts.ts';
import { readStageResults } from '../../jobs/attempts/read-stage-results.ts';
import { untilWaiting } from '../ledger/until-waiting.ts';
import { commitOf, createJobsFixture, jobItem, outputOf, type JobsFixture } from './jobs-fixture.ts';

let jobs: JobsFixture;
let account: string;
withFreshAccounts(createJobsFixture, { credits: 100 }, async (fixture, fresh) => {
  jobs = fixture;
  account = fresh;
  await jobs.admit([jobItem(account, 'j')]);
});

const referenceOf = (stage: string, number = 1) => `att_j_0_${stage}_${String(number)}`;

/** An attempt at a part that its provider has accepted. */
async function accept(stage: string, number = 1): Promise<string> {
  const reference = referenceOf(stage, number);
  await jobs.call(
    'begin_attempt',
    account,
    'j',
    outputOf('j'),
    stage,
    number,
    reference,
    'local',
    'test',
    stage === 'mix',
  );
  await jobs.call('move_attempt', account, reference, ['posting'], 'accepted', `p-${reference}`, null);
  return reference;
}

async function collect(stage: string, sha256: string, number = 1): Promise<void> {
  await jobs.call(
    'record_asset',
    account,
    await accept(stage, number),
    sha256,
    'image/png',
    100,
    'yes',
    '0.0040',
  );
}

/** A stage of two parts that is half of the whole, after a tenth. */
const say = (reference: string, fraction: number) =>
  jobs.call('record_stage_progress', account, reference, 'scenes', 2, 0.1, 0.5, fraction, null);

async function progress(): Promise<unknown> {
  const { rows } = await jobs.owner.query<{ progress: unknown }>(
    `SELECT progress FROM jobs.jobs WHERE account_id = $1 AND job_id = 'j'`,
    [account],
  );
  return rows[0]?.progress;
}

test('a charge is for the result of the final stage, whatever is collected after it', async () => {
  await collect('script', 'aaaa');
  expect(await jobs.settleOutputs([commitOf(account, 'j')])).toMatchObject([{ outcome: 'asset_missing' }]);
  await collect('mix', 'bbbb');
  await collect('voice', 'cccc', 3);
  expect(await jobs.settleOutputs([commitOf(account, 'j')])).toMatchObject([{ outcome: 'committed' }]);
  expect(await jobs.call('read_outputs', account, [outputOf('j')])).toMatchObject([{ sha256: 'bbbb' }]);
});

test('an output has as many attempts as its most repeated part', async () => {
  const attempts = async () => {
    const { rows } = await jobs.owner.query<{ attempts: number }>(
      'SELECT attempts FROM jobs.outputs WHERE account_id = $1',
      [account],
    );
    return rows[0]?.attempts;
  };
  for (const stage of ['script', 'scenes_1', 'scenes_2']) await accept(stage);
  expect(await attempts()).toBe(1);
  await accept('scenes_2', 2);
  await accept('voice');
  expect(await attempts()).toBe(2);
});

test('a stage is made from one result of each part: of a part that was made again, the newer', async () => {
  await collect('scenes_1', 'aaaa');
  await collect('scenes_2', 'bbbb');
  await collect('scenes_2', 'cccc', 2);
  await accept('script');
  const results = await readStageResults(jobs.worker, account, outputOf('j'));
  expect(results.map(({ stage, sha256 }) => [stage, sha256])).toEqual([
    ['scenes_1', 'aaaa'],
    ['scenes_2', 'cccc'],
  ]);
});

test('a run that failed is remembered with its cost, and one that was fenced before stays fenced', async () => {
  const stateOf = async (reference: string) =>
    (await jobs.call('read_attempt', account, reference)).map(({ state, error_class }) => [
      state,
      error_class,
    ]);
  const failed = await accept('captions');
  await jobs.call('fail_attempt', account, failed, 'provider_failed', 'yes', '0.0030');
  expect(await stateOf(failed)).toEqual([['failed', 'provider_failed']]);
  const { rows } = await jobs.owner.query('SELECT billed, cost FROM jobs.attempts WHERE reference = $1', [
    failed,
  ]);
  expect(rows).toEqual([{ billed: 'yes', cost: '0.003000000' }]);

  const fenced = await accept('voice');
  await jobs.call('move_attempt', account, fenced, ['accepted'], 'fenced', null, null);
  await jobs.call('fail_attempt', account, fenced, 'zero_outputs', 'no', null);
  expect(await stateOf(fenced)).toEqual([['fenced', 'zero_outputs']]);
});

test('the progress of the whole is the stages before and the parts of this one so far', async () => {
  const first = await accept('scenes_1');
  await say(first, 0.5);
  expect(await progress()).toEqual({ stage: 'scenes', fraction: 0.225, queue_position: null });
  await say(await accept('scenes_2'), 0.5);
  expect(await progress()).toMatchObject({ fraction: 0.35 });
  await jobs.call('record_asset', account, first, 'aaaa', 'image/png', 100, 'yes', null);
  await say(referenceOf('scenes_2'), 0.6);
  expect(await progress()).toMatchObject({ fraction: 0.5 });
});

test('progress does not go back when a part is made again', async () => {
  await say(await accept('scenes_1'), 0.8);
  expect(await progress()).toMatchObject({ fraction: 0.3 });
  await jobs.call('fail_attempt', account, referenceOf('scenes_1'), 'provider_failed', 'no', null);
  await say(await accept('scenes_1', 2), 0.1);
  expect(await progress()).toMatchObject({ fraction: 0.3 });
});

test('progress of two parts at once counts both', async () => {
  const references = [await accept('scenes_1'), await accept('scenes_2')];
  const client = await jobs.owner.connect();
  await client.query('BEGIN');
  await client.query('SELECT 1 FROM jobs.jobs WHERE account_id = $1 FOR UPDATE', [account]);
  const saying = references.map((reference) => say(reference, 1));
  await untilWaiting(jobs.owner, 2);
  await client.query('COMMIT');
  client.release();
  await Promise.all(saying);
  expect(await progress()).toMatchObject({ fraction: 0.6 });
});
