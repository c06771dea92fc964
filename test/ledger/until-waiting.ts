import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';

const POLL_MS = 5;
const LIMIT_MS = 10_000;

/** Resolves once PostgreSQL reports that so many sessions of this database wait for a lock. Throws after 10 s. */
export async function untilWaiting(pool: pg.Pool, sessions: number): Promise<void> {
  const endsAt = performance.now() + LIMIT_MS;
  for (;;) {
    const { rows } = await pool.query<{ waiting: string }>(
      `SELECT count(*) AS waiting FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    if (Number(rows[0]?.waiting) >= sessions) return;
    if (performance.now() > endsAt)
      throw new Error(`no ${String(sessions)} sessions came to wait for a lock`);
    await sleep(POLL_MS);
  }
}

/** Holds the locks of some accounts, as a verb does, until let go; what is started meanwhile waits in line. */
export async function holdAccounts(
  pool: pg.Pool,
  accountIds: readonly string[],
): Promise<{ readonly letGo: () => Promise<void> }> {
  return hold(pool, 'SELECT ledger.lock(i) FROM (SELECT unnest($1::text[]) AS i ORDER BY 1) s', [accountIds]);
}

/** Holds up every writer of a table, where it writes: what it has read until then may be old by the time it goes on. */
export async function holdWrites(
  pool: pg.Pool,
  table: string,
): Promise<{ readonly letGo: () => Promise<void> }> {
  return hold(pool, `LOCK TABLE ${table} IN SHARE MODE`, []);
}

/** Holds one output's row: a call that ends it waits there, with all that it has locked before. */
export async function holdOutput(
  pool: pg.Pool,
  accountId: string,
  outputId: string,
): Promise<{ readonly letGo: () => Promise<void> }> {
  const row = 'SELECT FROM jobs.outputs WHERE account_id = $1 AND output_id = $2 FOR UPDATE';
  return hold(pool, row, [accountId, outputId]);
}

async function hold(
  pool: pg.Pool,
  statement: string,
  values: readonly unknown[],
): Promise<{ readonly letGo: () => Promise<void> }> {
  const client = await pool.connect();
  await client.query('BEGIN');
  await client.query(statement, [...values]);
  return {
    letGo: async () => {
      await client.query('COMMIT');
      client.release();
    },
  };
}
