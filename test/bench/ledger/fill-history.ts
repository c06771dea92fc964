import type pg from 'pg';
import { CREDITS } from './bench-accounts.ts';

/**
 * Gives the first accounts a past: so many committed reservations each, with the entries, grants and balances that the
 * verbs would have left. Written as sets, since a million cycles would take minutes; `ledger.reconcile` holds it to the rules.
 * For accounts whose one grant `fillAccounts` made.
 */
export async function fillHistory(
  pool: pg.Pool,
  options: {
    readonly accounts: number;
    readonly cyclesPerAccount: number;
    /** Also what jobs keeps of each: the request, the job, its output, attempt and events. */
    readonly withJobs?: boolean;
    /** False: PostgreSQL is not told of it. */
    readonly analyzes?: boolean;
  },
): Promise<void> {
  const { accounts, cyclesPerAccount } = options;
  const past = `FROM generate_series(0, $1 - 1) n CROSS JOIN generate_series(1, $2::bigint) i
                JOIN ledger.accounts a ON a.account_id = 'acct_' || n`;
  // Ids that lie about in the index as derived ones do, in the letters of one: a cursor of a list is refused with any other.
  const stem = `translate(left(md5(n || ' ' || i), 26), '0189', 'wxyz')`;
  const id = `'rsv_' || ${stem} || '_0'`;
  await pool.query(
    `INSERT INTO ledger.reservations (account_id, reservation_id, job_id, output_id, reason, amount, state, committed, portions,
       period_starts_at, return_by, created_at, settled_at, reserve_entries, settle_entries)
     SELECT a.account_id, ${id}, 'job_' || ${stem}, ${options.withJobs === true ? `'out_' || ${stem} || '_0'` : `'bench'`}, 'generation', $3::bigint, 'committed', $3::bigint, ARRAY[ROW('grant_' || n, $3)::ledger.portion],
       a.period_starts_at, a.moved_at, a.moved_at, a.moved_at, int8range(a.entry_seq + 2 * i - 1, a.entry_seq + 2 * i),
       int8range(a.entry_seq + 2 * i, a.entry_seq + 2 * i + 1) ${past}`,
    [accounts, cyclesPerAccount, CREDITS],
  );
  await pool.query(
    `INSERT INTO ledger.entries (account_id, seq, kind, grant_id, from_bucket, to_bucket, amount, balance_after, reservation_id, reason,
       created_at)
     SELECT a.account_id, a.entry_seq + 2 * i - 1 + s.step, s.kind::ledger.entry_kind, 'grant_' || n, s.from_bucket::ledger.bucket,
       s.to_bucket::ledger.bucket, $3::bigint, a.available - $3::bigint * i, ${id}, s.reason, a.moved_at ${past}
     CROSS JOIN (VALUES (0, 'reserve', 'available', 'reserved', 'generation'), (1, 'commit', 'reserved', 'spent', 'delivered'))
       s (step, kind, from_bucket, to_bucket, reason)`,
    [accounts, cyclesPerAccount, CREDITS],
  );
  if (options.withJobs === true) await fillJobs(pool, accounts);
  const spent = [accounts, cyclesPerAccount * CREDITS];
  const isFilled = `account_id IN (SELECT 'acct_' || n FROM generate_series(0, $1 - 1) n)`;
  await pool.query(
    `UPDATE ledger.grants SET available = available - $2, spent = spent + $2 WHERE ${isFilled}`,
    spent,
  );
  await pool.query(
    `UPDATE ledger.accounts SET available = available - $2, spent = spent + $2, entry_seq = entry_seq + $3 WHERE ${isFilled}`,
    [...spent, 2 * cyclesPerAccount],
  );
  if (options.analyzes === false) return;
  await pool.query('VACUUM (ANALYZE) ledger.accounts, ledger.grants, ledger.reservations, ledger.entries');
}

/** The record of every past reservation's job, delivered. */
async function fillJobs(pool: pg.Pool, accounts: number): Promise<void> {
  const past = `FROM ledger.reservations r WHERE r.account_id IN (SELECT 'acct_' || n FROM generate_series(0, ${String(accounts - 1)}) n)
                  AND r.output_id ~ '^out_[a-z2-7]{26}_0$'`;
  const stem = 'substr(r.job_id, 5)';
  await pool.query(
    `INSERT INTO jobs.admissions (account_id, job_id, fingerprint, request, outcome, created_at)
     SELECT r.account_id, r.job_id, r.job_id, jsonb_build_object('kind', 'static_ad', 'brief', repeat('word ', 30)),
            '{"outcome": "reserved"}', r.created_at ${past}`,
  );
  await pool.query(
    `INSERT INTO jobs.jobs (account_id, job_id, kind, model, provider, state, price_list, quoted, metadata, work_fingerprint, expected_by,
       return_by, deadline_seconds, created_at, finished_at, event_seq, outputs, succeeded)
     SELECT r.account_id, r.job_id, 'static_ad', 'local/render', 'local', 'succeeded', 1, r.amount, '{}', r.job_id, r.created_at,
            r.return_by, 900, r.created_at, r.settled_at, 2, 1, 1 ${past}`,
  );
  await pool.query(
    `INSERT INTO jobs.outputs (account_id, output_id, job_id, item, variation, state, work, credits, reservation_id, deadline_seconds, sha256, content_type,
       bytes)
     SELECT r.account_id, r.output_id, r.job_id, 0, 0, 'succeeded', jsonb_build_object('brief', repeat('word ', 30)), r.amount,
            r.reservation_id, 900, 'f00d', 'image/png', 1 ${past}`,
  );
  await pool.query(
    `INSERT INTO jobs.attempts (account_id, reference, job_id, output_id, stage, is_last_stage, number, provider, model, state, sha256, submitter, posted_at)
     SELECT r.account_id, 'att_' || ${stem} || '_0_render_1', r.job_id, r.output_id, 'render', true, 1, 'local', 'local/render', 'collected', 'f00d', 'bench',
            r.created_at ${past}`,
  );
  // In the order that the trigger would give them, which is not asked once per row.
  await pool.query(
    `BEGIN;
     ALTER TABLE jobs.events DISABLE TRIGGER USER;
     -- Read once, before: an index that is being written is walked over all that was written so far.
     CREATE TEMP TABLE last_events ON COMMIT DROP AS
     SELECT v.account_id, max(v.sequence) AS last FROM jobs.events v WHERE v.sequence > 0 GROUP BY v.account_id;
     INSERT INTO jobs.events (account_id, sequence, job_id, seq, type, data, created_at)
     SELECT r.account_id, coalesce(l.last, 0) + row_number() OVER (PARTITION BY r.account_id ORDER BY r.created_at, r.job_id, e.seq),
            r.job_id, e.seq, e.type, '{}', r.created_at
     FROM ledger.reservations r
     LEFT JOIN last_events l USING (account_id)
     CROSS JOIN (VALUES (1, 'job.queued'), (2, 'job.succeeded')) e (seq, type)
     WHERE r.account_id IN (SELECT 'acct_' || n FROM generate_series(0, ${String(accounts - 1)}) n)
       AND r.output_id ~ '^out_[a-z2-7]{26}_0$';
     ALTER TABLE jobs.events ENABLE TRIGGER USER;
     COMMIT`,
  );
}
