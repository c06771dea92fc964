import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { fillAccounts } from '../../bench/ledger/bench-accounts.ts';
import { fillHistory } from '../../bench/ledger/fill-history.ts';
import { capturePlans, type PlanCapture, type ScanRead } from '../../ledger/database/captured-plans.ts';
import {
  attemptOf,
  commitOf,
  createJobsFixture,
  jobItem,
  outputOf,
  releaseOf,
  type JobsFixture,
} from '../jobs-fixture.ts';

/**
 * A job is admitted, made and settled by look-ups by key, whatever the account's past and whatever PostgreSQL knows of it: on a
 * database that was never analyzed, on one that was analyzed when it was small, and on one that has just been. The session keeps
 * the plans that it made first, as a pool's do.
 */

const ACCOUNT = 'acct_0';
const PAST_JOBS = 100_000;
/** Filling that takes 10 s on a quiet machine, and reconciling it 5 s. */
const TIMEOUT_MS = 240_000;
/** More than any look-up by key returns: a job of one output and one attempt. */
const MOST_ROWS = 8;
/** The most pages of a look-up by key and of the look-ups in its columns; an account of so many jobs has thousands. */
const MOST_PAGES = 200;

let jobs: JobsFixture;
let plans: PlanCapture;
beforeEach(async () => {
  jobs = await createJobsFixture();
  // Its workers would analyze at a time of their own.
  await jobs.owner.query(`
    DO $$ DECLARE t regclass; BEGIN
      FOR t IN SELECT c.oid FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace IN ('ledger'::regnamespace, 'jobs'::regnamespace)
      LOOP EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = false)', t); END LOOP;
    END $$`);
  plans = await capturePlans(jobs.ownerUrl);
});
afterEach(async () => {
  await plans.close();
  await jobs.close();
});
afterAll(() => undefined);

const SQL_OF: Readonly<Record<string, (id: string) => readonly [text: string, ...values: unknown[]]>> = {
  admit: (id) => ['SELECT * FROM jobs.admit($1)', JSON.stringify([jobItem(ACCOUNT, id, { member: 'ann' })])],
  'admit again': (id) => ['SELECT * FROM jobs.admit($1)', JSON.stringify([jobItem(ACCOUNT, id)])],
  begin_attempt: (id) => [
    `SELECT * FROM jobs.begin_attempt($1, $2, $3, 'render', 1, $4, 'local', 'test', true)`,
    ...[ACCOUNT, id, outputOf(id), attemptOf(id)],
  ],
  move_attempt: (id) => [
    `SELECT * FROM jobs.move_attempt($1, $2, ARRAY['posting'], 'accepted', 'p1', NULL)`,
    ...[ACCOUNT, attemptOf(id)],
  ],
  accept_attempt: (id) => [
    `SELECT * FROM jobs.accept_attempt($1, $2, ARRAY['posting'], 'p1')`,
    ...[ACCOUNT, attemptOf(id)],
  ],
  read_attempt: (id) => ['SELECT * FROM jobs.read_attempt($1, $2)', ACCOUNT, attemptOf(id)],
  mark_stuck: (id) => ['SELECT jobs.mark_stuck($1, $2, $3)', ACCOUNT, id, outputOf(id)],
  record_asset: (id) => [
    `SELECT jobs.record_asset($1, $2, 'f00d', 'image/png', 100, 'yes', NULL)`,
    ...[ACCOUNT, attemptOf(id)],
  ],
  read_job: (id) => ['SELECT jobs.read_job($1, $2)', ACCOUNT, id],
};

const SETTLE = {
  commit: (id: string) => commitOf(ACCOUNT, id),
  release: (id: string) => releaseOf(ACCOUNT, id),
} as const;

/** Runs a job to its end on the watched session. What any of its statements read in plenty. */
async function runJob(
  id: string,
  verb: keyof typeof SETTLE,
): Promise<readonly (ScanRead & { of: string })[]> {
  const found: (ScanRead & { of: string })[] = [];
  const call = async (of: string, text: string, values: readonly unknown[]) => {
    plans.takeScans();
    await plans.client.query(text, [...values]);
    const scans = plans.takeScans();
    expect(scans.length, of).toBeGreaterThan(0);
    found.push(
      ...scans
        .filter(({ rows, pages }) => rows > MOST_ROWS || pages > MOST_PAGES)
        .map((scan) => ({ of, ...scan })),
    );
  };
  for (const [name, sql] of Object.entries(SQL_OF)) {
    const [text, ...values] = sql(id);
    await call(name, text, values);
  }
  await call(verb, 'SELECT * FROM jobs.settle($1)', [JSON.stringify([SETTLE[verb](id)])]);
  return found;
}

async function givePast(): Promise<void> {
  await fillHistory(jobs.owner, {
    accounts: 1,
    cyclesPerAccount: PAST_JOBS,
    withJobs: true,
    analyzes: false,
  });
}

/** A job that is charged and one that is released, on the watched session. What any of their statements read in plenty. */
async function runJobs(name: string): Promise<readonly unknown[]> {
  return [...(await runJob(`${name}_commit`, 'commit')), ...(await runJob(`${name}_release`, 'release'))];
}

/** A session that comes later makes its own plans. */
async function reconnect(): Promise<void> {
  await plans.close();
  plans = await capturePlans(jobs.ownerUrl);
}

test.each(['never analyzed', 'analyzed when it was small'])(
  'with 100,000 past jobs, on a database that was %s, and once that has been analyzed, no statement reads more than its key names',
  async (statistics) => {
    await fillAccounts(jobs.owner, 3, { analyzes: statistics !== 'never analyzed' });
    const setLimits = 'SELECT ledger.set_limits($1, $2, $3, $3)';
    await jobs.owner.query(setLimits, [ACCOUNT, { member_credits_per_period: 1e9 }, 'test']);
    // The first jobs make the plans that the session keeps.
    await runJobs('first');
    if (statistics !== 'never analyzed') await jobs.owner.query('ANALYZE');
    await runJobs('second');
    await givePast();
    expect(await runJobs('old_session')).toEqual([]);
    await reconnect();
    expect(await runJobs('new_session')).toEqual([]);
    await jobs.owner.query('ANALYZE');
    expect(await runJobs('analyzed')).toEqual([]);
    await reconnect();
    expect(await runJobs('analyzed_new')).toEqual([]);
    await jobs.expectReconciled();
  },
  TIMEOUT_MS,
);
