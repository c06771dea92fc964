import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createJobsFixture, jobItem, outputOf, type JobsFixture } from './jobs-fixture.ts';

const RUNBOOK = path.join(import.meta.dirname, '..', '..', 'docs', 'runbook.md');
/** More than are released while one array holds its locks. */
const JOBS = 12;

let jobs: JobsFixture;
beforeAll(async () => {
  jobs = await createJobsFixture();
});
afterAll(() => jobs.close());

test('the statement of the runbook returns the credits of every job whose workflow is lost, when it is repeated until it returns no row', async () => {
  const account = await jobs.openAccount('lost', 35 * JOBS);
  const ids = Array.from({ length: JOBS }, (_, index) => `lost${String(index)}`);
  await jobs.admit(ids.map((id) => jobItem(account, id)));
  const [, statement] = /Temporal lost[^]*?```sql\n([^]*?)```/.exec(await readFile(RUNBOOK, 'utf8')) ?? [];
  const outcomes: unknown[] = [];
  for (let tries = 0; tries < JOBS; tries++) {
    const { rows } = await jobs.worker.query<{ outcome: string }>(statement ?? '');
    outcomes.push(...rows.map(({ outcome }) => outcome));
    if (rows.length === 0) break;
  }
  expect(outcomes).toEqual(ids.map(() => 'released'));
  expect(await jobs.balanceOf(account)).toMatchObject({ available: 35 * JOBS, reserved: 0 });
  const { rows } = await jobs.owner.query('SELECT failure FROM jobs.outputs WHERE output_id = $1', [
    outputOf('lost0'),
  ]);
  expect(rows).toMatchObject([{ failure: { code: 'terminated', at_fault: 'us' } }]);
  await jobs.expectReconciled();
});
