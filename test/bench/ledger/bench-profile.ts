import pg from 'pg';
import type { BenchReport } from '../bench-report.ts';
import { capAccounts, fillAccounts } from './bench-accounts.ts';
import { createOurCycle, pickAnyAccount } from './bench-cycles.ts';
import { startBenchServer } from './bench-server.ts';
import { requireFsync, requireReconciled } from './require-sound.ts';
import { runFor } from './run-for.ts';

const POOL_SIZE = 16;
const IN_FLIGHT = 1_024;
const WARM_UP_SECONDS = 3;
const SECONDS = 15;
/** Between two looks at what the server's sessions do. */
const LOOK_EVERY_MS = 20;
/** Functions below this share of all are left out. */
const SMALLEST_SHARE = 0.01;

/**
 * Where the time of the ledger goes, under the load of `bench -- ledger`: how busy our own process is, what the server's
 * sessions are found at, and which functions their time is spent in (their own, without what they call). Shares of one.
 */
export async function benchProfile(progress: (line: string) => void): Promise<BenchReport> {
  progress('starting a PostgreSQL of its own');
  const server = await startBenchServer();
  const url = await server.createDatabase();
  const owner = new pg.Pool({ connectionString: url, max: 2 });
  await owner.query(
    `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET track_functions = ''all''', current_database()); END $$`,
  );
  const pool = new pg.Pool({ connectionString: url, max: POOL_SIZE });
  try {
    await fillAccounts(pool);
    await capAccounts(pool);
    await requireFsync(pool);
    const cycle = createOurCycle(pool, pickAnyAccount);
    progress('warming up');
    await runFor({ inFlight: IN_FLIGHT, seconds: WARM_UP_SECONDS }, cycle);
    await owner.query('SELECT pg_stat_reset()');

    progress(`looking for ${String(SECONDS)} s`);
    const sessions = watchSessions(owner);
    const cpuBefore = process.cpuUsage();
    const rate = await runFor({ inFlight: IN_FLIGHT, seconds: SECONDS }, cycle);
    const cpu = process.cpuUsage(cpuBefore);
    const found = await sessions.stop();
    const functions = await ownTimes(owner);
    progress('reconciling');
    await requireReconciled(pool);
    return {
      ratios: {
        our_process_of_one_core: (cpu.user + cpu.system) / 1e6 / SECONDS,
        ...named('sessions at', found),
        ...named('in', functions),
      },
      cycles_per_second: { runs: [rate], median: rate },
    } as BenchReport;
  } finally {
    await Promise.all([pool.end(), owner.end()]);
    await server.stop();
  }
}

type Shares = ReadonlyMap<string, number>;

/** Looks again and again at what each session of the pool does: on the CPU, at a lock, at the log, or without work. */
function watchSessions(owner: pg.Pool): { readonly stop: () => Promise<Shares> } {
  const counts = new Map<string, number>();
  const watch = new AbortController();
  const watching = (async () => {
    while (!watch.signal.aborted) {
      const { rows } = await owner.query<{ doing: string }>(
        `SELECT CASE WHEN a.state <> 'active' THEN 'no work'
                     WHEN a.wait_event IS NULL THEN 'cpu'
                     ELSE a.wait_event_type || ' ' || a.wait_event END AS doing
         FROM pg_stat_activity a
         WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.backend_type = 'client backend'
           AND a.query NOT LIKE '%pg_stat_activity%'`,
      );
      for (const { doing } of rows) counts.set(doing, (counts.get(doing) ?? 0) + 1);
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  })();
  return {
    stop: async () => {
      watch.abort();
      await watching;
      return sharesOf(counts);
    },
  };
}

/** Time spent in each function itself. What PostgreSQL inlines counts as its caller's. */
async function ownTimes(owner: pg.Pool): Promise<Shares> {
  const { rows } = await owner.query<{ name: string; self_time: number }>(
    `SELECT schemaname || '.' || funcname AS name, sum(self_time) AS self_time
     FROM pg_stat_user_functions GROUP BY 1`,
  );
  return sharesOf(new Map(rows.map((row) => [row.name, row.self_time])));
}

function sharesOf(amounts: ReadonlyMap<string, number>): Shares {
  const all = [...amounts.values()].reduce((sum, amount) => sum + amount, 0);
  const shares = [...amounts].map(([name, amount]) => [name, amount / all] as const);
  return new Map(
    shares.filter(([, share]) => share >= SMALLEST_SHARE).sort((one, other) => other[1] - one[1]),
  );
}

function named(prefix: string, shares: Shares): Record<string, number> {
  return Object.fromEntries([...shares].map(([name, share]) => [`${prefix} ${name}`, share]));
}
