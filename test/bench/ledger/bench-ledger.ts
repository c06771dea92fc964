import pg from 'pg';
import type { BenchReport, BenchSide } from '../bench-report.ts';
import { median } from '../median.ts';
import { percentile } from '../percentile.ts';
import { capAccounts, fillAccounts } from './bench-accounts.ts';
import {
  createInteractiveCycle,
  createOurCycle,
  pickAnyAccount,
  pickHotAccount,
  type Cycle,
} from './bench-cycles.ts';
import { startBenchServer } from './bench-server.ts';
import { requireFsync, requireReconciled } from './require-sound.ts';
import { runFor } from './run-for.ts';
import { createStopwatch, type Stopwatch } from './stopwatch.ts';

/** design.md, "The interactive baseline". The ledger under test gets no more. */
const POOL_SIZE = 16;
const MANY_IN_FLIGHT = 1_024;
/** Where a single call's time is looked at: a busy process, not one that drowns. */
const SOME_IN_FLIGHT = 64;
const PAIRS = 7;
const SECONDS_PER_RUN = 4;
const SECONDS_PER_SINGLE_RUN = 3;
const SECONDS_PER_TIMED_RUN = 2;
const WARM_UP_SECONDS = 2;

export type LedgerReport = BenchReport & {
  readonly ratios: {
    readonly spread_over_interactive: number;
    readonly hot_over_spread: number;
    readonly single_over_interactive: number;
    readonly single_call_p99_over_interactive_p50: number;
  };
  readonly in_flight: number;
  /** Reserve + commit cycles per second. */
  readonly cycles_per_second: Readonly<Record<Side, BenchSide>>;
  /** Of one call, a reserve or a commit, with 64 cycles in flight. Milliseconds. */
  readonly call_ms: Readonly<Record<CallTime, BenchSide>>;
};

type Side = 'spread' | 'spread_interactive' | 'hot' | 'single' | 'single_interactive';
type CallTime = 'p50' | 'p99' | 'interactive_p50' | 'interactive_p99';
type Runs = {
  readonly rates: Record<Side, number[]>;
  readonly callMs: Record<CallTime, number[]>;
};

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
    await capAccounts(ours);
    await requireFsync(ours);
    const watches = { ours: createStopwatch(), interactive: createStopwatch() };
    const runs = await runPairs(
      {
        spread: createOurCycle(ours, pickAnyAccount),
        hot: createOurCycle(ours, pickHotAccount),
        interactive: createInteractiveCycle(interactive, pickAnyAccount),
        timed: createOurCycle(ours, pickAnyAccount, watches.ours.time),
        timedInteractive: createInteractiveCycle(interactive, pickAnyAccount, watches.interactive.time),
      },
      watches,
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

type Cycles = Readonly<Record<'spread' | 'hot' | 'interactive' | 'timed' | 'timedInteractive', Cycle>>;
type Watches = { readonly ours: Stopwatch; readonly interactive: Stopwatch };

async function runPairs(cycles: Cycles, watches: Watches, progress: (line: string) => void): Promise<Runs> {
  const many = { inFlight: MANY_IN_FLIGHT, seconds: SECONDS_PER_RUN };
  const some = { inFlight: SOME_IN_FLIGHT, seconds: SECONDS_PER_TIMED_RUN };
  const single = { inFlight: 1, seconds: SECONDS_PER_SINGLE_RUN };
  progress('warming up');
  for (const cycle of [cycles.spread, cycles.hot, cycles.interactive]) {
    await runFor({ ...many, seconds: WARM_UP_SECONDS }, cycle);
  }

  const rates: Runs['rates'] = {
    spread: [],
    spread_interactive: [],
    hot: [],
    single: [],
    single_interactive: [],
  };
  const callMs: Runs['callMs'] = { p50: [], p99: [], interactive_p50: [], interactive_p99: [] };
  const rate = (side: Side, load: typeof many, cycle: Cycle) => async () => {
    rates[side].push(await runFor(load, cycle));
  };
  for (let pair = 1; pair <= PAIRS; pair++) {
    const turns: (() => Promise<void>)[] = [
      rate('spread_interactive', many, cycles.interactive),
      rate('spread', many, cycles.spread),
      rate('hot', many, cycles.hot),
      rate('single_interactive', single, cycles.interactive),
      rate('single', single, cycles.spread),
      async () => {
        await runFor(some, cycles.timedInteractive);
        recordTimes(watches.interactive, callMs.interactive_p50, callMs.interactive_p99);
      },
      async () => {
        await runFor(some, cycles.timed);
        recordTimes(watches.ours, callMs.p50, callMs.p99);
      },
    ];
    // Every other pair the other way round: neither side always runs on what the other has left behind.
    for (const run of pair % 2 === 0 ? turns.reverse() : turns) await run();
    progress(
      `pair ${String(pair)} of ${String(PAIRS)}: ${lastOf(rates, '/s')}; a call at 64: ${lastOf(callMs, ' ms')}`,
    );
  }
  return { rates, callMs };
}

function recordTimes(watch: Stopwatch, p50: number[], p99: number[]): void {
  const timesMs = watch.takeTimesMs();
  p50.push(percentile(timesMs, 0.5));
  p99.push(percentile(timesMs, 0.99));
}

function lastOf(series: Readonly<Record<string, readonly number[]>>, unit: string): string {
  return Object.entries(series)
    .map(([name, figures]) => `${name} ${(figures.at(-1) ?? 0).toFixed(0)}${unit}`)
    .join(', ');
}

function reportOf({ rates, callMs }: Runs): LedgerReport {
  return {
    ratios: {
      spread_over_interactive: medianRatio(rates.spread, rates.spread_interactive),
      hot_over_spread: medianRatio(rates.hot, rates.spread),
      single_over_interactive: medianRatio(rates.single, rates.single_interactive),
      single_call_p99_over_interactive_p50: medianRatio(callMs.p99, callMs.interactive_p50),
    },
    in_flight: MANY_IN_FLIGHT,
    cycles_per_second: sidesOf(rates),
    call_ms: sidesOf(callMs),
  };
}

function sidesOf<Name extends string>(series: Record<Name, number[]>): Record<Name, BenchSide> {
  const sides = Object.entries<number[]>(series).map(([name, runs]) => [
    name,
    { runs, median: median(runs) },
  ]);
  return Object.fromEntries(sides) as Record<Name, BenchSide>;
}

function medianRatio(ours: readonly number[], theirs: readonly number[]): number {
  return median(ours.map((rate, pair) => rate / (theirs[pair] ?? Number.NaN)));
}
