import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';
import type { LedgerCheck } from '../../console/sandbox/sandbox-wire.ts';
import { reconcile } from '../../ledger/reconcile.ts';

/** Between two checks. */
const PAUSE_MS = 1_500;
/** The checks pause when no result was asked for in this time: each reads the whole ledger. */
const WATCHED_FOR_MS = 10_000;
const CONNECT_TIMEOUT_MS = 2_000;
/** A sandbox's ledger is read in milliseconds. When it takes longer, PostgreSQL is frozen. */
const QUERY_TIMEOUT_MS = 4_000;

export type LedgerWatch = {
  /** Returns what the last check found, and keeps the checks running. */
  readonly look: () => LedgerCheck;
  readonly close: () => Promise<void>;
};

/** Runs the reconcile check again and again, as long as its result is asked for. */
export function watchLedger(databaseUrl: string): LedgerWatch {
  const closing = new AbortController();
  let seenAtMs = Number.NEGATIVE_INFINITY;
  let check: LedgerCheck = { checked_at: null, findings: 0, is_late: false };
  const pool = new Pool({
    connectionString: databaseUrl,
    max: 1,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    application_name: 'holdfast sandbox',
  });
  pool.on('error', () => undefined);
  const isClosing = () => closing.signal.aborted;

  async function checkOnce(): Promise<void> {
    try {
      const { length: findings } = await reconcile(pool);
      check = { checked_at: new Date().toISOString(), findings, is_late: false };
    } catch {
      check = { ...check, is_late: true };
    }
  }

  async function run(): Promise<void> {
    while (!isClosing()) {
      if (performance.now() - seenAtMs < WATCHED_FOR_MS) await checkOnce();
      await sleep(PAUSE_MS, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  }

  const running = run();
  return {
    look: () => {
      seenAtMs = performance.now();
      return check;
    },
    close: async () => {
      closing.abort();
      await running;
      await pool.end();
    },
  };
}
