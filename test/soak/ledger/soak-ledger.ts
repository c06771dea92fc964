import pg from 'pg';
import { startBenchServer } from '../../bench/ledger/bench-server.ts';
import type { LedgerSoakReport } from './ledger-soak-report.ts';
import { createCallRecord } from './call-record.ts';
import { startConnectionKiller } from './connection-killer.ts';
import { codeOf, createPersistentCaller, newCounts, type CallerCounts } from './persistent-caller.ts';
import { seededRandom } from '../soak-random.ts';
import { checkSoak } from './soak-checks.ts';
import { createSoakVerbs, SoakClient, type SoakVerbs } from './soak-client.ts';

/** As many as a busy process has calls under way; they share accounts, so that they wait for each other too. */
const CLIENTS = 512;
const ACCOUNTS_AT_FIRST = 400;
/** Each with a pool and a group commit of its own: batches of different processes meet on the same accounts. */
const PROCESSES = 2;
const POOL_SIZE = 8;
const PROGRESS_EVERY_MS = 5_000;
const APPLICATION = 'soak';

type Options = {
  readonly operations: number;
  readonly seed: number;
  readonly progress: (line: string) => void;
};

/**
 * So many operations of all verbs, from many clients at once, while connections are ended in mid-call. At the end what the
 * callers were told is held against the ledger: nothing lost, nothing doubled. The seed gives each client's choices again,
 * not the order in which the database takes them.
 */
export async function soakLedger({ operations, seed, progress }: Options): Promise<LedgerSoakReport> {
  progress(`starting a PostgreSQL of its own; seed ${String(seed)}`);
  const server = await startBenchServer();
  const ownerUrl = await server.createDatabase();
  const owner = new pg.Pool({ connectionString: ownerUrl, max: 1 });
  const record = await createCallRecord(ownerUrl);
  const broken = new Map<string, number>();
  const pools = Array.from({ length: PROCESSES }, () => openPool(ownerUrl, broken));
  const counts = newCounts();
  try {
    const killer = await startConnectionKiller(ownerUrl, APPLICATION);
    const startedAt = performance.now();
    const showing = showProgress(progress, operations, counts, killer.kills);
    const processes = pools.map(createSoakVerbs);
    const accounts: string[] = [];
    const clients = Array.from({ length: CLIENTS }, (_, index) => {
      const verbs = processes[index % PROCESSES] as SoakVerbs;
      const random = seededRandom(seed + index);
      const caller = createPersistentCaller(record, counts, seededRandom(seed - index - 1));
      return new SoakClient(String(index), verbs, caller, random, accounts);
    });
    await Promise.all(clients.slice(0, ACCOUNTS_AT_FIRST).map((client) => client.open()));
    await Promise.all(
      clients.map(async (client) => {
        while (counts.operations < operations && counts.faults.length === 0) await client.doSomething();
      }),
    );
    const seconds = (performance.now() - startedAt) / 1_000;
    clearInterval(showing);
    await killer.stop();
    await record.flush();
    const checks = await checkSoak(owner, progress);
    const faults = { name: 'no caller met an error that it could not expect', rows: counts.operations };
    return {
      seed,
      operations: counts.operations,
      operations_by_verb: Object.fromEntries(counts.byVerb),
      answers: Object.fromEntries(counts.answers),
      kills: killer.kills(),
      broken_statements: Object.fromEntries(broken),
      retries: counts.retries,
      unacknowledged: counts.unacknowledged,
      seconds,
      operations_per_second: counts.operations / seconds,
      ...(await readTotals(owner)),
      checks: [
        ...checks,
        { ...faults, violations: counts.faults.length, examples: counts.faults.slice(0, 5) },
      ],
    };
  } finally {
    await Promise.all([...pools.map((pool) => pool.end()), owner.end(), record.close()]);
    await server.stop();
  }
}

/** A named statement, or a text with its values. */
type Statement = [pg.QueryConfig] | [string, readonly unknown[]];

/** The pool of one process, as the owner: processes reach most verbs through the functions of jobs only. Counts the statements that break off on it, by code. */
function openPool(url: string, broken: Map<string, number>): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: POOL_SIZE, application_name: APPLICATION });
  // A connection that is killed while it is idle: the pool opens another.
  pool.on('error', () => undefined);
  // One that is killed between two statements of its user: the next statement fails with it.
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
  });
  const query = pool.query.bind(pool) as (...call: Statement) => Promise<pg.QueryResult>;
  const counted = async (...call: Statement): Promise<pg.QueryResult> => {
    try {
      return await query(...call);
    } catch (error) {
      const code = error instanceof Error ? codeOf(error) : 'unknown';
      broken.set(code, (broken.get(code) ?? 0) + 1);
      throw error;
    }
  };
  return Object.assign(pool, { query: counted });
}

function showProgress(
  progress: (line: string) => void,
  operations: number,
  counts: CallerCounts,
  kills: () => number,
): NodeJS.Timeout {
  const startedAt = performance.now();
  return setInterval(() => {
    const seconds = (performance.now() - startedAt) / 1_000;
    progress(
      `${counts.operations.toLocaleString('en')} of ${operations.toLocaleString('en')} operations, ${(counts.operations / seconds).toFixed(0)}/s, ` +
        `${String(kills())} kills, ${String(counts.retries)} retries, ${String(counts.unacknowledged)} given up`,
    );
  }, PROGRESS_EVERY_MS);
}

async function readTotals(owner: pg.Pool): Promise<Pick<LedgerSoakReport, 'credits' | 'entries'>> {
  const { rows } = await owner.query<{ credits: Record<string, number>; entries: string }>(`
    SELECT jsonb_build_object('available', sum(available), 'reserved', sum(reserved), 'spent', sum(spent),
             'expired', sum(expired), 'voided', sum(voided)) AS credits, sum(entry_seq) AS entries FROM ledger.accounts`);
  return { credits: rows[0]?.credits ?? {}, entries: Number(rows[0]?.entries) };
}
