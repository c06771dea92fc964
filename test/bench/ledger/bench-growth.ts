import { randomInt } from 'node:crypto';
import pg from 'pg';
import { readBalance } from '../../../ledger/reads/read-balance.ts';
import { readEntries } from '../../../ledger/reads/read-entries.ts';
import type { BenchReport, BenchSide } from '../bench-report.ts';
import { median } from '../median.ts';
import { accountIdAt, fillAccounts } from './bench-accounts.ts';
import { createOurCycle } from './bench-cycles.ts';
import { benchPastJobs } from './bench-past-jobs.ts';
import { startBenchServer } from './bench-server.ts';
import { fillHistory } from './fill-history.ts';
import { requireFsync, requireReconciled } from './require-sound.ts';
import { runFor } from './run-for.ts';

const SIZES = [10_000, 100_000, 1_000_000, 5_000_000];
/** The same at every size: what grows is the past, and with it the tables and their indexes. */
const ACCOUNTS = 1_000;
const POOL_SIZE = 16;
const IN_FLIGHT = 256;
const ROUNDS = 5;
const SECONDS_PER_RUN = 2;
const READS_PER_ROUND = 300;
const EXPLAINED_PER_ROUND = 20;
/** The page that the API reads when the caller names no limit. */
const FIRST_PAGE = { before: null, limit: 50 };
const EVERYTHING = { kinds: null, reservationIds: null, from: null, to: null };

type Size = {
  readonly entries: number;
  readonly pool: pg.Pool;
  readonly cycle_us: number[];
  readonly lookup_us: number[];
  readonly balance_us: number[];
  readonly history_us: number[];
  readonly history_buffers: number[];
};

export type GrowthReport = BenchReport & {
  readonly ratios: Readonly<
    Record<
      | 'growth_last_over_first'
      | 'past_jobs_over_none'
      | 'balance_over_lookup'
      | 'history_over_lookup'
      | 'history_buffers_last_over_first',
      number
    >
  >;
  readonly shared_buffers: string;
  /** Microseconds, by the number of entries there were: of a cycle as throughput gives it, of a read as its caller waits. */
  readonly by_entries: Readonly<
    Record<
      string,
      Readonly<Record<'cycle_us' | 'lookup_us' | 'balance_us' | 'history_us' | 'history_buffers', BenchSide>>
    >
  >;
};

/** The cost of a cycle and of two reads as the past grows: a database per size, all filled first, then in turns. */
export async function benchGrowth(
  progress: (line: string) => void,
  entryCounts: readonly number[] = SIZES,
): Promise<GrowthReport> {
  progress('starting a PostgreSQL of its own');
  const server = await startBenchServer();
  const sizes: Size[] = [];
  try {
    for (const entries of entryCounts) {
      const pool = new pg.Pool({ connectionString: await server.createDatabase(), max: POOL_SIZE });
      sizes.push({
        ...{ entries, pool, cycle_us: [], lookup_us: [] },
        ...{ balance_us: [], history_us: [], history_buffers: [] },
      });
      progress(`filling ${String(entries)} entries`);
      await fillAccounts(pool, ACCOUNTS);
      const cyclesPerAccount = Math.max(0, Math.round((entries / ACCOUNTS - 1) / 2));
      await fillHistory(pool, { accounts: ACCOUNTS, cyclesPerAccount });
      await requireFsync(pool);
    }
    await sizes[0]?.pool.query('CHECKPOINT');
    // The first round warms the caches, and writes the pages whole that a checkpoint makes be written whole.
    for (const size of sizes) await measure(size);
    for (const size of sizes) for (const runs of runsOf(size)) runs.length = 0;
    for (let round = 1; round <= ROUNDS; round++) {
      for (const size of round % 2 === 0 ? [...sizes].reverse() : sizes) await measure(size);
      const costs = sizes.map(
        (size) => `${String(size.entries)}: ${(size.cycle_us.at(-1) ?? 0).toFixed(0)} us`,
      );
      progress(`round ${String(round)} of ${String(ROUNDS)}: a cycle at ${costs.join(', ')}`);
    }
    progress('reconciling');
    for (const { pool } of sizes) await requireReconciled(pool);
    progress('one account with 100,000 past jobs, and one with none');
    return await reportOf(sizes, await benchPastJobs(server));
  } finally {
    for (const { pool } of sizes) await pool.end();
    await server.stop();
  }
}

function runsOf(size: Size): readonly number[][] {
  return [size.cycle_us, size.lookup_us, size.balance_us, size.history_us, size.history_buffers];
}

const pickAccount = () => accountIdAt(randomInt(ACCOUNTS));

async function measure({ pool, ...size }: Size): Promise<void> {
  const cycle = createOurCycle(pool, pickAccount);
  size.cycle_us.push(1e6 / (await runFor({ inFlight: IN_FLIGHT, seconds: SECONDS_PER_RUN }, cycle)));
  const reads: [number[], () => Promise<unknown>][] = [
    [size.lookup_us, () => lookUp(pool)],
    [size.balance_us, () => readBalance(pool, pickAccount())],
    [size.history_us, () => readEntries(pool, pickAccount(), EVERYTHING, FIRST_PAGE)],
  ];
  const times = reads.map((): number[] => []);
  // Read by read in turns: a slow moment is one of all three.
  for (let read = 0; read < READS_PER_ROUND; read++) {
    for (const [kind, [, call]] of reads.entries()) {
      const startedAt = performance.now();
      await call();
      times[kind]?.push((performance.now() - startedAt) * 1_000);
    }
  }
  for (const [kind, [runs]] of reads.entries()) runs.push(median(times[kind] ?? []));
  size.history_buffers.push(await historyBuffers(pool));
}

type Explained = { readonly Plan: Readonly<Record<'Shared Hit Blocks' | 'Shared Read Blocks', number>> };

/** Buffers that a first page of history reads, from whichever cache: what does not depend on where they lie. */
async function historyBuffers(pool: pg.Pool): Promise<number> {
  const counts: number[] = [];
  for (let read = 0; read < EXPLAINED_PER_ROUND; read++) {
    const { rows } = await pool.query<{ 'QUERY PLAN': readonly [Explained] }>(
      `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON)
       SELECT * FROM ledger.read_entries($1, NULL, $2, NULL, NULL, NULL, NULL)`,
      [pickAccount(), FIRST_PAGE.limit],
    );
    const plan = rows[0]?.['QUERY PLAN'][0].Plan;
    counts.push((plan?.['Shared Hit Blocks'] ?? 0) + (plan?.['Shared Read Blocks'] ?? 0));
  }
  return median(counts);
}

function lookUp(pool: pg.Pool): Promise<unknown> {
  const text = 'SELECT * FROM ledger.accounts WHERE account_id = $1';
  return pool.query({ name: 'bench.look_up', text, values: [pickAccount()] });
}

async function reportOf(sizes: readonly Size[], pastJobsOverNone: number): Promise<GrowthReport> {
  const first = sizes[0];
  const last = sizes.at(-1);
  if (first === undefined || last === undefined) throw new RangeError('no sizes');
  const { rows } = await first.pool.query<{ shared_buffers: string }>('SHOW shared_buffers');
  // A page is full only where an account has as many entries.
  const full = sizes.filter(({ entries }) => entries / ACCOUNTS > FIRST_PAGE.limit);
  const side = (runs: readonly number[]): BenchSide => ({ runs, median: median(runs) });
  const worst = (kind: 'balance_us' | 'history_us') =>
    Math.max(...sizes.map((size) => medianRatio(size[kind], size.lookup_us)));
  return {
    ratios: {
      growth_last_over_first: medianRatio(last.cycle_us, first.cycle_us),
      past_jobs_over_none: pastJobsOverNone,
      balance_over_lookup: worst('balance_us'),
      history_over_lookup: worst('history_us'),
      history_buffers_last_over_first: medianRatio(
        full.at(-1)?.history_buffers ?? [],
        full[0]?.history_buffers ?? [],
      ),
    },
    shared_buffers: rows[0]?.shared_buffers ?? 'unknown',
    by_entries: Object.fromEntries(
      sizes.map((size) => [
        String(size.entries),
        {
          cycle_us: side(size.cycle_us),
          lookup_us: side(size.lookup_us),
          balance_us: side(size.balance_us),
          history_us: side(size.history_us),
          history_buffers: side(size.history_buffers),
        },
      ]),
    ),
  };
}

function medianRatio(ours: readonly number[], theirs: readonly number[]): number {
  return median(ours.map((figure, round) => figure / (theirs[round] ?? Number.NaN)));
}
