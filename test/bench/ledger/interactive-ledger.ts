import type pg from 'pg';
import {
  bodyOf,
  BYTES,
  CONTENT_TYPE,
  DEADLINE_SECONDS,
  EXPECTED_SECONDS,
  fingerprintOf,
  MODEL,
  PRICE_LIST,
  PROVIDER,
  SHA256,
  workOf,
  type BenchJob,
} from './bench-job.ts';

/**
 * The baseline the ledger is measured against: the same tables, worked as a careful application works them, one client
 * transaction per step and one statement after the other. It writes the rows that the
 * product writes, in the same transactions.
 */
export async function reserveInteractively(pool: pg.Pool, job: BenchJob): Promise<void> {
  await inTransaction(pool, async (run) => {
    const [account] = await run<{ available: string; entry_seq: string; period_starts_at: Date }>(
      'account',
      'SELECT available, entry_seq, period_starts_at FROM ledger.accounts WHERE account_id = $1 FOR UPDATE',
      [job.accountId],
    );
    const known = await run(
      'key',
      'SELECT fingerprint FROM jobs.admissions WHERE account_id = $1 AND job_id = $2',
      [job.accountId, job.jobId],
    );
    if (account === undefined || known.length > 0 || Number(account.available) < job.credits)
      throw unmeasured();
    await checkCaps(run, job, account.period_starts_at);
    const parts = await takeFromGrants(run, job);
    const firstSeq = Number(account.entry_seq) + 1;
    await run(
      'reservation',
      `INSERT INTO ledger.reservations (account_id, reservation_id, job_id, output_id, reason, amount, state, portions, member,
                                        project, period_starts_at, return_by, created_at, reserve_entries)
       VALUES ($1, $2, $3, $4, 'generation', $5, 'open', $6::text[]::ledger.portion[], $7, $8, $9,
               clock_timestamp() + make_interval(secs => $10), clock_timestamp(), int8range($11, $12))`,
      [
        ...[job.accountId, job.reservationId, job.jobId, job.outputId, job.credits],
        ...[parts.map((part) => `(${part.grantId},${String(part.amount)})`), job.member, job.project],
        ...[account.period_starts_at, DEADLINE_SECONDS, firstSeq, firstSeq + parts.length],
      ],
    );
    const after = Number(account.available) - job.credits;
    for (const [index, part] of parts.entries()) {
      await insertEntry(run, job, part, ['reserve', 'available', 'reserved'], firstSeq + index, after);
    }
    await run(
      'hold',
      `UPDATE ledger.accounts SET available = available - $2, reserved = reserved + $2, entry_seq = entry_seq + $3,
              moved_at = clock_timestamp() WHERE account_id = $1`,
      [job.accountId, job.credits, parts.length],
    );
    await recordJob(run, job);
  });
}

/** The attempt's row, as its activities leave it: a statement of its own. */
export async function collectInteractively(pool: pg.Pool, job: BenchJob): Promise<void> {
  await pool.query({
    name: 'bench.attempt',
    text: `INSERT INTO jobs.attempts (account_id, reference, job_id, output_id, stage, is_last_stage, number, provider, model, state, provider_job_id,
                                billed, sha256, content_type, bytes, submitter, posted_at, resolved_at)
     VALUES ($1, $2, $3, $4, 'render', true, 1, $5, 'render', 'collected', $2, 'yes', $6, $7, $8, 'bench', clock_timestamp(), clock_timestamp())`,
    values: [job.accountId, job.reference, job.jobId, job.outputId, PROVIDER, SHA256, CONTENT_TYPE, BYTES],
  });
}

export async function commitInteractively(pool: pg.Pool, job: BenchJob): Promise<void> {
  await inTransaction(pool, async (run) => {
    const [held] = await run<{ amount: string; portions: { grant_id: string; amount: number }[] }>(
      'held',
      `SELECT amount, to_jsonb(portions) AS portions FROM ledger.reservations
       WHERE account_id = $1 AND reservation_id = $2 AND state = 'open' FOR UPDATE`,
      [job.accountId, job.reservationId],
    );
    const [account] = await run<{ available: string; entry_seq: string }>(
      'account',
      'SELECT available, entry_seq, period_starts_at FROM ledger.accounts WHERE account_id = $1 FOR UPDATE',
      [job.accountId],
    );
    if (held === undefined || account === undefined) throw unmeasured();
    const parts = held.portions.map((portion) => ({ grantId: portion.grant_id, amount: portion.amount }));
    const firstSeq = Number(account.entry_seq) + 1;
    for (const part of parts) {
      await run(
        'spend',
        'UPDATE ledger.grants SET reserved = reserved - $3, spent = spent + $3 WHERE account_id = $1 AND grant_id = $2',
        [job.accountId, part.grantId, part.amount],
      );
    }
    await run(
      'charge',
      `UPDATE ledger.accounts SET reserved = reserved - $2, spent = spent + $2, entry_seq = entry_seq + $3,
              moved_at = clock_timestamp() WHERE account_id = $1`,
      [job.accountId, held.amount, parts.length],
    );
    await run(
      'end',
      `UPDATE ledger.reservations SET state = 'committed', committed = amount, settled_at = clock_timestamp(),
              settle_entries = int8range($3, $4) WHERE account_id = $1 AND reservation_id = $2`,
      [job.accountId, job.reservationId, firstSeq, firstSeq + parts.length],
    );
    for (const [index, part] of parts.entries()) {
      await insertEntry(
        run,
        job,
        part,
        ['commit', 'reserved', 'spent'],
        firstSeq + index,
        Number(account.available),
      );
    }
    await endJob(run, job);
  });
}

type Run = <Row extends pg.QueryResultRow>(
  name: string,
  text: string,
  values: readonly unknown[],
) => Promise<Row[]>;

type Part = { readonly grantId: string; readonly amount: number };

async function inTransaction(pool: pg.Pool, work: (run: Run) => Promise<void>): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await work(async (name, text, values) => {
      const { rows } = await client.query({ name: `bench.${name}`, text, values: [...values] });
      return rows as never;
    });
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

function unmeasured(): Error {
  return new Error('the baseline was asked for what it does not measure');
}

/** Both caps of the job, and what of each is used; then the use is counted. */
async function checkCaps(run: Run, job: BenchJob, periodStartsAt: Date): Promise<void> {
  const caps = await run<{ cap: string | null; used: string | null }>(
    'caps',
    `SELECT CASE s.spender WHEN 'member' THEN l.member_credits_per_period ELSE l.project_credits_per_period END AS cap, u.used
     FROM (VALUES ('member'::ledger.spender, $2::text), ('project', $3)) s (spender, name)
     LEFT JOIN ledger.accounts l ON l.account_id = $1
     LEFT JOIN ledger.usage u ON u.account_id = $1 AND u.spender = s.spender AND u.name = s.name AND u.period_starts_at = $4`,
    [job.accountId, job.member, job.project, periodStartsAt],
  );
  if (caps.some(({ cap, used }) => cap !== null && Number(used ?? 0) + job.credits > Number(cap)))
    throw unmeasured();
  await run(
    'usage',
    `INSERT INTO ledger.usage AS u (account_id, spender, name, period_starts_at, used)
     VALUES ($1, 'member', $2, $4, $5), ($1, 'project', $3, $4, $5)
     ON CONFLICT (account_id, spender, name, period_starts_at) DO UPDATE SET used = u.used + excluded.used`,
    [job.accountId, job.member, job.project, periodStartsAt, job.credits],
  );
}

async function takeFromGrants(run: Run, job: BenchJob): Promise<Part[]> {
  const grants = await run<{ grant_id: string; available: string }>(
    'grants',
    `SELECT grant_id, available FROM ledger.grants
     WHERE account_id = $1 AND is_live AND available > 0 AND expires_at > clock_timestamp()
     ORDER BY priority, expires_at, ordinal FOR UPDATE`,
    [job.accountId],
  );
  let left = job.credits;
  const parts: Part[] = [];
  for (const grant of grants) {
    if (left === 0) break;
    const amount = Math.min(left, Number(grant.available));
    left -= amount;
    parts.push({ grantId: grant.grant_id, amount });
    await run(
      'take',
      'UPDATE ledger.grants SET available = available - $3, reserved = reserved + $3 WHERE account_id = $1 AND grant_id = $2',
      [job.accountId, grant.grant_id, amount],
    );
  }
  return parts;
}

/** The request with its outcome, the job, its output and its first event. */
async function recordJob(run: Run, job: BenchJob): Promise<void> {
  await run(
    'job',
    `INSERT INTO jobs.jobs (account_id, job_id, kind, model, provider, state, price_list, quoted, metadata, work_fingerprint,
                            expected_by, return_by, deadline_seconds, created_at, event_seq, outputs)
     VALUES ($1, $2, 'static_ad', $3, $4, 'queued', $5, $6, $7, $8, clock_timestamp() + make_interval(secs => $9),
             clock_timestamp() + make_interval(secs => $10), $10, clock_timestamp(), 1, 1)`,
    [
      ...[job.accountId, job.jobId, MODEL, PROVIDER, PRICE_LIST, job.credits],
      ...[JSON.stringify(bodyOf(job).metadata), fingerprintOf(job), EXPECTED_SECONDS, DEADLINE_SECONDS],
    ],
  );
  await run(
    'output',
    `INSERT INTO jobs.outputs (account_id, output_id, job_id, item, variation, state, work, credits, reservation_id, deadline_seconds)
     VALUES ($1, $2, $3, 0, 0, 'queued', $4, $5, $6, $7)`,
    [
      ...[job.accountId, job.outputId, job.jobId, JSON.stringify(workOf(job)), job.credits],
      ...[job.reservationId, DEADLINE_SECONDS],
    ],
  );
  await insertEvent(run, job, 1, 'job.queued', { credits: job.credits });
  await run(
    'admission',
    `INSERT INTO jobs.admissions (account_id, job_id, fingerprint, request, outcome, created_at)
     VALUES ($1, $2, $3, $4, $5, clock_timestamp())`,
    [
      ...[job.accountId, job.jobId, fingerprintOf(job), JSON.stringify(bodyOf(job))],
      JSON.stringify({ outcome: 'reserved', credits: job.credits }),
    ],
  );
}

/** The output that shows the result, and the job's end. */
async function endJob(run: Run, job: BenchJob): Promise<void> {
  await run(
    'deliver',
    `UPDATE jobs.outputs SET state = 'succeeded', sha256 = $3, content_type = $4, bytes = $5
     WHERE account_id = $1 AND output_id = $2`,
    [job.accountId, job.outputId, SHA256, CONTENT_TYPE, BYTES],
  );
  await run(
    'finish',
    `UPDATE jobs.jobs SET state = 'succeeded', finished_at = clock_timestamp(), progress = NULL, succeeded = 1, event_seq = 2
     WHERE account_id = $1 AND job_id = $2`,
    [job.accountId, job.jobId],
  );
  await insertEvent(run, job, 2, 'job.succeeded', { failure: null });
}

async function insertEvent(run: Run, job: BenchJob, seq: number, type: string, data: object): Promise<void> {
  await run(
    'event',
    'INSERT INTO jobs.events (account_id, job_id, seq, type, data, created_at) VALUES ($1, $2, $3, $4, $5, clock_timestamp())',
    [job.accountId, job.jobId, seq, type, JSON.stringify(data)],
  );
}

async function insertEntry(
  run: Run,
  job: BenchJob,
  part: Part,
  [kind, from, to]: readonly [kind: string, from: string, to: string],
  seq: number,
  balanceAfter: number,
): Promise<void> {
  await run(
    'entry',
    `INSERT INTO ledger.entries (account_id, seq, kind, grant_id, from_bucket, to_bucket, amount, balance_after,
                                 reservation_id, reason, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'bench', clock_timestamp())`,
    [job.accountId, seq, kind, part.grantId, from, to, part.amount, balanceAfter, job.reservationId],
  );
}
