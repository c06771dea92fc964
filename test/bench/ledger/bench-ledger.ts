import pg from 'pg';
import type { BenchReport, BenchSide } from '../bench-report.ts';
import { median } from '../median.ts';
import { fillAccounts } from './bench-accounts.ts';
import {
  createInteractiveCycle,
  createOurCycle,
  pickAnyAccount,
  pickHotAccount,
  type Cycle,
} from './bench-cycles.ts';
import { startBenchServer } from './bench-server.ts';
import { runFor } from './run-for.ts';

/** design.md, "The interactive baseline". The ledger under test gets no more. */
const POOL_SIZE = 16;
const MANY_IN_FLIGHT = 1_024;
const PAIRS = 7;
const SECONDS_PER_RUN = 4;
const SECONDS_PER_SINGLE_RUN = 3;
const WARM_UP_SECONDS = 2;

export type LedgerReport = BenchReport & {
  readonly ratios: {
    readonly spread_over_interactive: number;
    readonly hot_over_spread: number;
    readonly single_over_interactive: number;
  };
  readonly in_flight: number;
  /** Reserve + commit cycles per second. */
  readonly cycles_per_second: Readonly<Record<Side, BenchSide>>;
};

type Side = 'spread' | 'spread_interactive' | 'hot' | 'single' | 'single_interactive';
type Runs = Record<Side, number[]>;

/**
 * The ledger against the interactive baseline: the same server, a database each, fsync on, in turns. Ratios are medians
 * over the pairs. Both databases are reconciled at the end: a figure made of wrong balances is none.
 */
export async function benchLedger(progress: (line: string) => void): Promise<LedgerReport> {
  progress('starting a PostgreSQL of its own');
  const server = await startBenchServer();
  const pools: pg.Pool[] = [];
  const openPool = async () => {
    const pool = new pg.Pool({ connectionString: await server.createDatabase(), max: POOL_SIZE });
    pools.push(pool);
    await fillAccounts(pool);
    return pool;
  };
  try {
    const ours = await openPool();
    const interactive = await openPool();
    await requireFsync(ours);
    const runs = await runPairs(
      {
        spread: createOurCycle(ours, pickAnyAccount),
        hot: createOurCycle(ours, pickHotAccount),
        interactive: createInteractiveCycle(interactive, pickAnyAccount),
      },
      progress,
    );
    progress('reconciling');
    for (const pool of pools) await requireReconciled(pool);
    return reportOf(runs);
  } finally {
    for (const pool of pools) await pool.end();
    await server.stop();
  }
}

type Cycles = { readonly spread: Cycle; readonly hot: Cycle; readonly interactive: Cycle };

async function runPairs(cycles: Cycles, progress: (line: string) => void): Promise<Runs> {
  const many = { inFlight: MANY_IN_FLIGHT, seconds: SECONDS_PER_RUN };
  const single = { inFlight: 1, seconds: SECONDS_PER_SINGLE_RUN };
  progress('warming up');
  for (const cycle of Object.values(cycles)) await runFor({ ...many, seconds: WARM_UP_SECONDS }, cycle);

  const runs: Runs = { spread: [], spread_interactive: [], hot: [], single: [], single_interactive: [] };
  for (let pair = 1; pair <= PAIRS; pair++) {
    const turns: [Side, () => Promise<number>][] = [
      ['spread_interactive', () => runFor(many, cycles.interactive)],
      ['spread', () => runFor(many, cycles.spread)],
      ['hot', () => runFor(many, cycles.hot)],
      ['single_interactive', () => runFor(single, cycles.interactive)],
      ['single', () => runFor(single, cycles.spread)],
    ];
    // Every other pair the other way round: neither side always runs on what the other has left behind.
    for (const [side, run] of pair % 2 === 0 ? turns.reverse() : turns) runs[side].push(await run());
    const figures = Object.entries(runs).map(
      ([side, rates]) => `${side} ${(rates.at(-1) ?? 0).toFixed(0)}/s`,
    );
    progress(`pair ${String(pair)} of ${String(PAIRS)}: ${figures.join(', ')}`);
  }
  return runs;
}

function reportOf(runs: Runs): LedgerReport {
  const side = (name: Side): BenchSide => ({ runs: runs[name], median: median(runs[name]) });
  return {
    ratios: {
      spread_over_interactive: medianRatio(runs.spread, runs.spread_interactive),
      hot_over_spread: medianRatio(runs.hot, runs.spread),
      single_over_interactive: medianRatio(runs.single, runs.single_interactive),
    },
    in_flight: MANY_IN_FLIGHT,
    cycles_per_second: {
      spread: side('spread'),
      spread_interactive: side('spread_interactive'),
      hot: side('hot'),
      single: side('single'),
      single_interactive: side('single_interactive'),
    },
  };
}

function medianRatio(ours: readonly number[], theirs: readonly number[]): number {
  return median(ours.map((rate, pair) => rate / (theirs[pair] ?? Number.NaN)));
}

async function requireFsync(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ name: string; setting: string }>(
    `SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit')`,
  );
  if (rows.some((row) => row.setting !== 'on'))
    throw new Error('the benchmark is of durable commits: fsync must be on');
}

async function requireReconciled(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query('SELECT check_name, account_id, subject FROM ledger.reconcile(60)');
  if (rows.length > 0)
    throw new Error(`the ledger does not add up after the benchmark: ${JSON.stringify(rows[0])}`);
}
