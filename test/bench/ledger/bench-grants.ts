import pg from 'pg';
import type { BenchReport, BenchSide } from '../bench-report.ts';
import { median } from '../median.ts';
import { accountIdAt, CREDITS_PER_ACCOUNT } from './bench-accounts.ts';
import { createOurCycle } from './bench-cycles.ts';
import { startBenchServer } from './bench-server.ts';
import { requireFsync, requireReconciled } from './require-sound.ts';
import { runFor } from './run-for.ts';

const FEW_GRANTS = 3;
const MANY_GRANTS = 1_000;
const ROUNDS = 7;
const SECONDS_PER_RUN = 2;
/** Alone, where a call is answered by small statements, and together, where it is answered by sets. */
const IN_FLIGHT = { alone: 1, together: 64 } as const;

type Load = keyof typeof IN_FLIGHT;
type Side = `${'few' | 'many'}_${Load}`;

export type GrantsReport = BenchReport & {
  readonly ratios: {
    readonly thousand_grants_over_three_alone: number;
    readonly thousand_grants_over_three_together: number;
  };
  /** Microseconds of a reserve + commit cycle, as throughput gives it. */
  readonly cycle_us: Readonly<Record<Side, BenchSide>>;
};

/** The cost of a cycle on an account with a thousand live grants against one with three, in turns on one server. */
export async function benchGrants(progress: (line: string) => void): Promise<GrantsReport> {
  progress('starting a PostgreSQL of its own');
  const server = await startBenchServer();
  const pool = new pg.Pool({ connectionString: await server.createDatabase() });
  try {
    await requireFsync(pool);
    await openWithGrants(pool, accountIdAt(0), FEW_GRANTS);
    await openWithGrants(pool, accountIdAt(1), MANY_GRANTS);
    await pool.query('VACUUM (ANALYZE) ledger.accounts, ledger.grants, ledger.entries');
    const cycles = {
      few: createOurCycle(pool, () => accountIdAt(0)),
      many: createOurCycle(pool, () => accountIdAt(1)),
    };
    const runs: Record<Side, number[]> = {
      few_alone: [],
      many_alone: [],
      few_together: [],
      many_together: [],
    };
    const turns = (Object.keys(IN_FLIGHT) as Load[]).flatMap((load) =>
      (['few', 'many'] as const).map((grants) => ({ grants, load })),
    );
    for (let round = 0; round <= ROUNDS; round++) {
      for (const { grants, load } of round % 2 === 0 ? [...turns].reverse() : turns) {
        const rate = await runFor({ inFlight: IN_FLIGHT[load], seconds: SECONDS_PER_RUN }, cycles[grants]);
        if (round > 0) runs[`${grants}_${load}`].push(1e6 / rate); // the first round warms up
      }
      progress(`round ${String(round)} of ${String(ROUNDS)}`);
    }
    await requireReconciled(pool);
    return reportOf(runs);
  } finally {
    await pool.end();
    await server.stop();
  }
}

function reportOf(runs: Record<Side, number[]>): GrantsReport {
  const side = (name: Side): BenchSide => ({ runs: runs[name], median: median(runs[name]) });
  const ratio = (load: Load) =>
    median(runs[`many_${load}`].map((cost, round) => cost / (runs[`few_${load}`][round] ?? Number.NaN)));
  return {
    ratios: {
      thousand_grants_over_three_alone: ratio('alone'),
      thousand_grants_over_three_together: ratio('together'),
    },
    cycle_us: {
      few_alone: side('few_alone'),
      many_alone: side('many_alone'),
      few_together: side('few_together'),
      many_together: side('many_together'),
    },
  };
}

/** An account with so many live top-ups, each enough for any run. */
async function openWithGrants(pool: pg.Pool, accountId: string, grants: number): Promise<void> {
  await pool.query('SELECT ledger.open_account($1, $1, $1)', [accountId]);
  const { rows } = await pool.query<{ granted: string }>(
    `SELECT count(*) AS granted FROM (
       SELECT ledger.grant_credits($1, 'grant_' || $1 || '_' || n, 'top_up', 3, $3, NULL, NULL, 'bench', NULL, NULL) AS outcome
       FROM generate_series(1, $2) n) g WHERE g.outcome = 'granted'`,
    [accountId, grants, CREDITS_PER_ACCOUNT],
  );
  if (Number(rows[0]?.granted) !== grants) throw new Error('the accounts of the benchmark were not filled');
}
