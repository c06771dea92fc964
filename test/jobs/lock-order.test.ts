import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { holdOutput, untilWaiting } from '../ledger/until-waiting.ts';
import { createJobsFixture, jobItem, outputOf, releaseOf, type JobsFixture } from './jobs-fixture.ts';
import { createCommands } from './support-calls.ts';

/** Functions that lock rows of one job in a circle would be ended by PostgreSQL, one of them with an error (40P01). */

let jobs: JobsFixture;
let account: string;
let accounts = 0;
const command = createCommands(() => jobs);
beforeAll(async () => {
  jobs = await createJobsFixture();
});
beforeEach(async () => {
  account = await jobs.openAccount(`acct_${String(++accounts)}`, 100);
});
afterEach(() => jobs.expectReconciled());
afterAll(() => jobs.close());

test.each([
  ['support releases the job', () => command(account, 'j', 'release')],
  [
    'its outputs are settled in one call',
    () => jobs.settleOutputs([releaseOf(account, 'j'), releaseOf(account, 'j', 'provider_failed', 1)]),
  ],
])('a part’s progress that is told while %s waits, and neither ends in a deadlock', async (_, release) => {
  await jobs.admit([jobItem(account, 'j', {}, 2)]);
  const reference = 'att_j_1_scenes_1';
  await jobs.call(
    'begin_attempt',
    account,
    'j',
    outputOf('j', 1),
    'scenes',
    1,
    reference,
    'local',
    'test',
    false,
  );
  await jobs.call('move_attempt', account, reference, ['posting'], 'accepted', 'p1', null);

  // The release has ended the first output, and holds the job; it waits before the second.
  const held = await holdOutput(jobs.owner, account, outputOf('j', 1));
  const releasing = release();
  await untilWaiting(jobs.owner, 1);
  const telling = jobs.call('record_stage_progress', account, reference, 'scenes', 1, 0, 1, 0.5, null);
  await untilWaiting(jobs.owner, 2);
  await held.letGo();

  expect((await Promise.allSettled([releasing, telling])).map(({ status }) => status)).toEqual([
    'fulfilled',
    'fulfilled',
  ]);
  expect(await jobs.balanceOf(account)).toMatchObject({ reserved: 0, spent: 0 });
});
