import { afterAll, beforeAll, expect, test } from 'vitest';
import { attemptOf, createJobsFixture, jobItem, outputOf, type JobsFixture } from './jobs-fixture.ts';

let jobs: JobsFixture;
beforeAll(async () => {
  jobs = await createJobsFixture();
});
afterAll(() => jobs.close());

const figure = async (limit: number, name: string): Promise<unknown> => {
  const { rows } = await jobs.owner.query<{ value: number }>(
    'SELECT value FROM jobs.read_metrics($1) WHERE metric = $2',
    [limit, name],
  );
  return rows[0]?.value;
};

test('an overdue reservation and an unknown outcome are counted whatever else is open before them', async () => {
  for (const account of ['acct_1', 'acct_2', 'acct_3']) {
    await jobs.openAccount(account, 200);
    await jobs.admit([jobItem(account, 'j')]);
    await jobs.call(
      'begin_attempt',
      account,
      'j',
      outputOf('j'),
      'render',
      1,
      `${attemptOf('j')}_${account}`,
      'local',
      'test',
      true,
    );
  }
  await jobs.owner.query(
    `UPDATE ledger.reservations SET return_by = clock_timestamp() - interval '1 hour' WHERE account_id = 'acct_3'`,
  );
  await jobs.owner.query(`UPDATE jobs.attempts SET state = 'unknown' WHERE account_id = 'acct_3'`);
  expect(await figure(1, 'reservations_overdue')).toBe(1);
  expect(await figure(1, 'attempts_unknown')).toBe(1);
  expect(await figure(100, 'reservations_open')).toBe(3);
});
