import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { StackInfo } from '../../../dev/stack/stack-info.ts';
import { startStack } from '../../../dev/stack/start-stack.ts';
import { WATCH_PLACES } from '../../../api/events/watch-places.ts';
import { makeTemporaryHome } from '../../harness/temporary-home.ts';
import { watchUsage } from '../following/worker-usage.ts';
import { percentile } from '../percentile.ts';
import { openStreams } from './open-streams.ts';
import { NO_RATE_LIMITS } from '../no-rate-limits.ts';

/** The setting that docs/benchmarks.md describes. */
const STREAMS = 1_000;
const EVENTS = 20;
/** Between one event and the next: ticks apart, and not always as far from a tick. */
const PAUSE_MS = 500;
const SHIFT_MS = 37;
/** What must hold. */
const BOUND = { lastMs: 500, rssMib: 300 } as const;
/** As api/events/account-feeds.ts has it. */
const TICK_MS = 150;

export type StreamsReport = {
  readonly ratios: {
    /** The slowest stream of the slowest event, over what it may take. */
    readonly last_over_bound: number;
    /** The most memory that the API process ever had, over what it may have. */
    readonly rss_over_bound: number;
    /** Queries for news over the ticks there were, while nothing is asked beside them. */
    readonly queries_per_tick: number;
  };
  readonly streams: number;
  /** Of each event: from before it is written to its arrival at the last stream. Milliseconds. */
  readonly last_ms: readonly number[];
  /** Over all arrivals. */
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly rss_peak_mib: number;
  readonly rss_before_mib: number;
  /** Of a core, in percent, while the events came. */
  readonly cpu_percent: number;
};

/**
 * A thousand streams of server-sent events at one API process, and one event after another that goes to all of them: how soon the last stream
 * has it, what memory the process takes, and whether PostgreSQL is asked once per tick however many watch.
 */
export async function benchStreams(progress: (line: string) => void): Promise<StreamsReport> {
  const { home, remove } = await makeTemporaryHome('bench-streams');
  progress('starting a stack of its own');
  const stack = await startStack({
    home,
    ports: 'free',
    modelMode: 'instant',
    apiEnv: { RATE_LIMITS: NO_RATE_LIMITS },
  });
  const info = stack.info();
  const owner = new pg.Client({ connectionString: info.database_owner_url });
  await owner.connect();
  const usage = watchUsage(() => stack.info().pids.api);
  try {
    await countFunctionCalls(owner);
    const accounts = await openAccounts(info, Math.ceil(STREAMS / WATCH_PLACES.perAccount));
    await sleep(PAUSE_MS);
    const before = usage.peakMib();
    progress(`opening ${String(STREAMS)} streams`);
    const streams = await openStreams(
      info.api_url,
      info.platform_key,
      Array.from({ length: STREAMS }, (_, nth) => accounts[nth % accounts.length] ?? ''),
    );
    // The first event is not counted: streams that open read where they stand.
    await tellAll(owner, accounts, 1, streams);
    await sleep(2 * PAUSE_MS);
    const from = { at: performance.now(), queries: await newsQueries(owner) };
    const rounds: number[][] = [];
    for (let nth = 0; nth < EVENTS; nth++) {
      await sleep(PAUSE_MS + nth * SHIFT_MS);
      rounds.push(await tellAll(owner, accounts, nth + 2, streams));
      progress(
        `event ${String(nth + 1)} of ${String(EVENTS)}: ${Math.max(...(rounds[nth] ?? [])).toFixed(0)} ms, API ${usage.now()}`,
      );
    }
    const to = { at: performance.now(), queries: await newsQueries(owner) };
    usage.stop();
    streams.close();
    const lasts = rounds.map((round) => Math.max(...round));
    const all = rounds.flat();
    return {
      ratios: {
        last_over_bound: Math.max(...lasts) / BOUND.lastMs,
        rss_over_bound: usage.peakMib() / BOUND.rssMib,
        queries_per_tick: (to.queries - from.queries) / ((to.at - from.at) / TICK_MS),
      },
      streams: STREAMS,
      last_ms: lasts,
      p50_ms: percentile(all, 0.5),
      p99_ms: percentile(all, 0.99),
      rss_peak_mib: usage.peakMib(),
      rss_before_mib: before,
      cpu_percent: 100 * usage.cpuShare(from.at, to.at),
    };
  } finally {
    usage.stop();
    await owner.end();
    await stack.stop();
    await remove();
  }
}

/** One event for every account, in one transaction; returns how long each stream waited for it, in ms. */
async function tellAll(
  owner: pg.Client,
  accounts: readonly string[],
  sequence: number,
  streams: Awaited<ReturnType<typeof openStreams>>,
): Promise<number[]> {
  const arrived = streams.untilAllHave(sequence);
  const startedAt = performance.now();
  await owner.query(
    `SELECT jobs.tell(a, NULL, 'credits.low', '{"available": 1}', ledger.lock(a)) FROM unnest($1::text[]) a ORDER BY a`,
    [accounts],
  );
  return (await arrived).map((at) => at - startedAt);
}

/** Has PostgreSQL count the calls of functions from the API's next connections on, and the API open new ones. */
async function countFunctionCalls(owner: pg.Client): Promise<void> {
  await owner.query(`ALTER ROLE holdfast_api SET track_functions = 'all'`);
  await owner.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'holdfast_api'`);
}

/** How often the API has asked for the news of all that is watched. */
async function newsQueries(owner: pg.Client): Promise<number> {
  // A backend tells what it counted once a second at most, and an idle one only after 10 s (PGSTAT_IDLE_INTERVAL).
  await sleep(11_000);
  const { rows } = await owner.query<{ calls: string }>(
    `SELECT calls FROM pg_stat_user_functions WHERE schemaname = 'jobs' AND funcname = 'read_news'`,
  );
  return Number(rows[0]?.calls ?? 0);
}

async function openAccounts(info: StackInfo, count: number): Promise<readonly string[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, nth) => {
      const response = await fetch(`${info.api_url}/v1/accounts`, {
        method: 'POST',
        headers: { authorization: `Bearer ${info.platform_key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'Streams', reference: `streams-${String(nth)}` }),
      });
      if (response.status !== 201) throw new Error(`no account: ${await response.text()}`);
      return ((await response.json()) as { readonly id: string }).id;
    }),
  );
}
