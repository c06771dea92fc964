import type pg from 'pg';

/** Throws when the server does not wait for its disk: the benchmarks are of durable commits. */
export async function requireFsync(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ name: string; setting: string }>(
    `SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit')`,
  );
  if (rows.some((row) => row.setting !== 'on'))
    throw new Error('the benchmark is of durable commits: fsync must be on');
}

/** Throws when the ledger does not add up: a figure made of wrong balances is none. */
export async function requireReconciled(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query(
    `SELECT check_name, account_id, subject FROM ledger.reconcile(1e9)
     UNION ALL SELECT check_name, account_id, subject FROM jobs.reconcile()`,
  );
  if (rows.length > 0)
    throw new Error(`the ledger does not add up after the benchmark: ${JSON.stringify(rows[0])}`);
}
