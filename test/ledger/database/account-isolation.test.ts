import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  commitOf,
  createJobsFixture,
  jobItem,
  outputOf,
  reservationOf,
  reviewOf,
  type JobsFixture,
} from '../../jobs/jobs-fixture.ts';

/** Two accounts with the same ids throughout: whatever leaks, leaks here. */
const MARK = 'belongs_to_b';
const LIMITS = { reports_per_day: 10, reports_of_output: 3 };

let jobs: JobsFixture;
beforeAll(async () => {
  jobs = await createJobsFixture();
  await jobs.openAccount('a');
  await jobs.openAccount('b', 100);
  await jobs.admit([jobItem('b', 'j', { metadata: { mark: MARK }, request: { mark: MARK } })]);
  await jobs.bringToAsset('b', 'j');
  await jobs.settleOutputs([commitOf('b', 'j')]);
  await jobs.call('open_review', 'b', outputOf('j'), 'broken', MARK, LIMITS);
  await jobs.call('decide_review', 'b', reviewOf('j'), 'k', 'print', 'free_retry', MARK, MARK, 'retry', 60);
  await jobs.call('store_quote', 'b', 'quote', MARK, '{"total": 35}', 900);
});
afterAll(() => jobs.close());

test.each([
  ['ledger.read_balance($1)', [], [{ available: 0, reserved: 0, grants: [] }]],
  ['ledger.read_entries($1, NULL, 100, NULL, NULL, NULL, NULL)', [], []],
  [`ledger.read_entries($1, NULL, 100, NULL, ARRAY[$2], NULL, NULL)`, [reservationOf('j')], []],
  ['ledger.read_grant($1, $2)', ['grant_first'], [null]],
  ['jobs.read_job($1, $2)', ['j'], [null]],
  ['jobs.list_jobs($1, NULL, NULL, NULL, NULL, NULL, NULL, 100)', [], []],
  ['jobs.inspect_job($1, $2)', ['j'], [null]],
  ['jobs.read_outputs($1, ARRAY[$2])', [outputOf('j')], []],
  ['jobs.read_events($1, $2, 0, 100)', ['j'], []],
  ['jobs.read_submission($1, $2, $3)', ['j', 'quote'], [{ admission: null, quote: null }]],
  ['jobs.read_review($1, $2)', [reviewOf('j')], [null]],
  ['jobs.list_reviews($1, NULL, NULL, NULL, NULL, 100)', [], []],
  ['jobs.read_free_retry($1, $2)', ['retry'], []],
])('%s shows an account nothing of another (invariant 12)', async (read, values, expected) => {
  const api = await jobs.worker.query<{ answer: unknown }>(`SELECT to_jsonb(r) AS answer FROM ${read} r`, [
    'a',
    ...values,
  ]);
  expect(api.rows.map((row) => row.answer)).toMatchObject(expected);
  const own = await jobs.worker.query<{ answer: unknown }>(`SELECT to_jsonb(r) AS answer FROM ${read} r`, [
    'b',
    ...values,
  ]);
  expect(own.rows.map((row) => row.answer)).not.toEqual(api.rows.map((row) => row.answer));
});
