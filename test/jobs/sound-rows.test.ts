import { afterAll, beforeAll, expect, test } from 'vitest';
import { createJobsFixture, type JobsFixture } from './jobs-fixture.ts';

let jobs: JobsFixture;
beforeAll(async () => {
  jobs = await createJobsFixture();
  await jobs.openAccount('acct', 100);
  await jobs.runToAsset('acct', 'job_1');
});
afterAll(() => jobs.close());

const COPY_OF_AN_ENTRY = (to: string, amount: string) => `
  INSERT INTO ledger.entries (account_id, seq, kind, grant_id, from_bucket, to_bucket, amount, balance_after, reason, created_at)
  SELECT account_id, seq + 1000, kind, grant_id, from_bucket, ${to}, ${amount}, balance_after, reason, created_at
  FROM ledger.entries LIMIT 1`;

test.each([
  ['a grant whose buckets are not its amount', 'UPDATE ledger.grants SET amount = amount + 1'],
  ['a grant that ends before it begins', 'UPDATE ledger.grants SET expires_at = effective_at'],
  ['a grant of no priority', 'UPDATE ledger.grants SET priority = 4'],
  ['an open reservation with committed credits', 'UPDATE ledger.reservations SET committed = 1'],
  ['an ended reservation whose parts do not add up', `UPDATE ledger.reservations SET state = 'committed'`],
  ['more refunded than committed', 'UPDATE ledger.reservations SET refunded = 1'],
  ['a reservation of no credits', 'UPDATE ledger.reservations SET amount = 0'],
  ['an entry of no credits', COPY_OF_AN_ENTRY('to_bucket', '0')],
  ['an entry from a bucket to itself', COPY_OF_AN_ENTRY('from_bucket', 'amount')],
  ['an account with a negative limit', 'UPDATE ledger.accounts SET max_concurrent_jobs = -1'],
  ['a job that has ended and runs', `UPDATE jobs.jobs SET finished_at = now()`],
  ['a job with more ended outputs than outputs', 'UPDATE jobs.jobs SET failed = 2'],
  ['a delivered output without a file', `UPDATE jobs.outputs SET state = 'succeeded'`],
  ['an output that is kept for no day', 'UPDATE jobs.outputs SET retention_days = 0'],
  [
    'an event of no job that counts in a job',
    `INSERT INTO jobs.events (account_id, seq, type, data, created_at) VALUES ('acct', 1, 'job.queued', '{}', now())`,
  ],
])('%s is refused by its table, from its owner too', async (_what, statement) => {
  await expect(jobs.owner.query(statement)).rejects.toMatchObject({ code: '23514' });
  await jobs.expectReconciled();
});
