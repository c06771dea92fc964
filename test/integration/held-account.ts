import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** An account's row, locked by a transaction of ours: every money verb on it waits until `release`. */
type HeldAccount = {
  /** Resolves once PostgreSQL reports that a statement with this text waits for us. */
  untilWaiting(statement: string): Promise<void>;
  release(): Promise<void>;
};

/** Longer than any step of a job takes to come to the lock; a test that gets here has failed. */
const MAX_WAIT_MS = 20_000;
const POLL_MS = 20;

export async function holdAccount(ownerUrl: string, accountId: string): Promise<HeldAccount> {
  const holder = new pg.Client({ connectionString: ownerUrl });
  const watcher = new pg.Client({ connectionString: ownerUrl });
  await Promise.all([holder.connect(), watcher.connect()]);
  const { rows } = await holder.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const holderPid = rows[0]?.pid;
  await holder.query('BEGIN');
  await holder.query('SELECT 1 FROM ledger.accounts WHERE account_id = $1 FOR UPDATE', [accountId]);
  return {
    async untilWaiting(statement) {
      const deadline = Date.now() + MAX_WAIT_MS;
      for (;;) {
        const { rowCount } = await watcher.query(
          `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database() AND query LIKE $1
             AND $2 = ANY (pg_blocking_pids(pid))`,
          [`%${statement}%`, holderPid],
        );
        if ((rowCount ?? 0) > 0) return;
        if (Date.now() > deadline) throw new Error(`nothing waits in ${statement}`);
        await sleep(POLL_MS);
      }
    },
    async release() {
      await holder.query('COMMIT');
      await Promise.all([holder.end(), watcher.end()]);
    },
  };
}
