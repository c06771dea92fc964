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

/** The pool of the interactive application. The ledger under test gets no more. */
const POOL_SIZE = 16;
const MANY_IN_FLIGHT = 1_024;
/** As many as a busy process has. */
const USUAL_IN_FLIGHT = 256;
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
    readonly spread_many_over_interactive: number;
    readonly hot_over_spread: number;
    readonly hot_over_interactive: number;
    readonly single_over_interactive: number;
    readonly single_call_p99_over_interactive_p50: number;
  };
  readonly in_flight: number;
  /** Cycles per second: a job admitted, its attempt's row written, and the charge. */
  readonly cycles_per_second: Readonly<Record<Side, BenchSide>>;
  /** Of one call, an admission or a charge, with 64 cycles in flight. Milliseconds. */
  readonly call_ms: Readonly<Record<CallTime, BenchSide>>;
};

type Side =
  | 'spread'
  | 'spread_interactive'
  | 'spread_many'
  | 'spread_many_interactive'
  | 'hot'
  | 'hot_interactive'
  | 'single'
  | 'single_interactive';
type CallTime = 'p50' | 'p99' | 'interactive_p50' | 'interactive_p99';
type Runs = {
  readonly rates: Record<Side, number[]>;
  readonly callMs: Record<CallTime, number[]>;
};

/**
 * The ledger against the interactive baseline: the same server, a database each, fsync on, in turns. Ratios are medians
 * over the pairs. What is measured is what the product does: jobs.admit and jobs.settle through group commit, against the same rows
 * written one statement after the other. A call that fails ends the run. Both databases are reconciled at the end: a figure made of wrong balances is none.
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
    for (const pool of pools) await capAccounts(pool);
    await requireFsync(ours);
    const watches = { ours: createStopwatch(), interactive: createStopwatch() };
    const runs = await runPairs(
      {
        spread: createOurCycle(ours, pickAnyAccount),
        hot: createOurCycle(ours, pickHotAccount),
        interactive: createInteractiveCycle(interactive, pickAnyAccount),
        hotInteractive: createInteractiveCycle(interactive, pickHotAccount),
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

type Cycles = Readonly<
  Record<'spread' | 'hot' | 'interactive' | 'hotInteractive' | 'timed' | 'timedInteractive', Cycle>
>;
type Watches = { readonly ours: Stopwatch; readonly interactive: Stopwatch };

async function runPairs(cycles: Cycles, watches: Watches, progress: (line: string) => void): Promise<Runs> {
  const many = { inFlight: MANY_IN_FLIGHT, seconds: SECONDS_PER_RUN };
  const usual = { inFlight: USUAL_IN_FLIGHT, seconds: SECONDS_PER_RUN };
  const some = { inFlight: SOME_IN_FLIGHT, seconds: SECONDS_PER_TIMED_RUN };
  const single = { inFlight: 1, seconds: SECONDS_PER_SINGLE_RUN };
  progress('warming up');
  for (const cycle of [cycles.spread, cycles.hot, cycles.interactive, cycles.hotInteractive]) {
    await runFor({ ...many, seconds: WARM_UP_SECONDS }, cycle);
  }

  const rates: Runs['rates'] = {
    spread: [],
    spread_interactive: [],
    spread_many: [],
    spread_many_interactive: [],
    hot: [],
    hot_interactive: [],
    single: [],
    single_interactive: [],
  };
  const callMs: Runs['callMs'] = { p50: [], p99: [], interactive_p50: [], interactive_p99: [] };
  const rate = (side: Side, load: typeof many, cycle: Cycle) => async () => {
    rates[side].push(await runFor(load, cycle));
  };
  for (let pair = 1; pair <= PAIRS; pair++) {
    const turns: (() => Promise<void>)[] = [
      rate('spread_interactive', usual, cycles.interactive),
      rate('spread', usual, cycles.spread),
      rate('spread_many_interactive', many, cycles.interactive),
      rate('spread_many', many, cycles.spread),
      rate('hot_interactive', usual, cycles.hotInteractive),
      rate('hot', usual, cycles.hot),
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
      spread_many_over_interactive: medianRatio(rates.spread_many, rates.spread_many_interactive),
      hot_over_spread: medianRatio(rates.hot, rates.spread),
      hot_over_interactive: medianRatio(rates.hot, rates.hot_interactive),
      single_over_interactive: medianRatio(rates.single, rates.single_interactive),
      single_call_p99_over_interactive_p50: medianRatio(callMs.p99, callMs.interactive_p50),
    },
    in_flight: USUAL_IN_FLIGHT,
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
