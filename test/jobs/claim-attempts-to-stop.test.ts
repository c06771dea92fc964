import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createJobsFixture, jobItem, outputOf, releaseOf, type JobsFixture } from './jobs-fixture.ts';

let jobs: JobsFixture;
beforeAll(async () => {
  jobs = await createJobsFixture();
});
afterEach(() => jobs.expectReconciled());
afterAll(() => jobs.close());

test('a claim of attempts to stop takes no more than its limit (a limit of one took four)', async () => {
  const account = await jobs.openAccount('acct_claims', 1_000);
  for (let job = 0; job < 4; job++) {
    const jobId = `j${String(job)}`;
    await jobs.admit([jobItem(account, jobId)]);
    const begun = [account, jobId, outputOf(jobId), 'render', 1, `att_${jobId}`, 'gpu', 'test', true];
    await jobs.call('begin_attempt', ...begun);
    await jobs.settleOutputs([releaseOf(account, jobId)]);
    // Where it knows of one attempt, the planner asks a subquery for those that are due again for each attempt.
    if (job === 0) await jobs.owner.query('VACUUM ANALYZE jobs.attempts');
  }
  const client = await jobs.owner.connect();
  try {
    for (const way of ['hashjoin', 'mergejoin', 'material']) await client.query(`SET enable_${way} = off`);
    const claimed: unknown[] = [];
    for (let call = 0; call < 5; call++)
      claimed.push((await client.query('SELECT 1 FROM jobs.claim_attempts_to_stop(1)')).rowCount);
    expect(claimed).toEqual([1, 1, 1, 1, 0]);
  } finally {
    client.release(true);
  }
});
