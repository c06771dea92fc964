import pg from 'pg';
import { median } from '../median.ts';
import { fillAccounts } from './bench-accounts.ts';
import { createOurCycle, pickHotAccount } from './bench-cycles.ts';
import type { BenchServer } from './bench-server.ts';
import { fillHistory } from './fill-history.ts';
import { requireReconciled } from './require-sound.ts';
import { runFor } from './run-for.ts';

/** More than a customer who makes an ad every hour has in ten years. */
const PAST_JOBS = 100_000;
const POOL_SIZE = 16;
const IN_FLIGHT = 64;
const ROUNDS = 7;
/** They warm the caches, and write the pages whole that a checkpoint makes be written whole. */
const WARM_UP_ROUNDS = 3;
const SECONDS_PER_RUN = 2;

/** The cost of a cycle on an account with a past of so many jobs, over the cost on one without a past. */
export async function benchPastJobs(server: BenchServer, pastJobs = PAST_JOBS): Promise<number> {
  const young = await openAccount(server, 0);
  const old = await openAccount(server, pastJobs);
  try {
    await old.query('CHECKPOINT');
    const ratios: number[] = [];
    for (let round = 1; round <= WARM_UP_ROUNDS + ROUNDS; round++) {
      const without = await cycleUs(young);
      const withPast = await cycleUs(old);
      if (round > WARM_UP_ROUNDS) ratios.push(withPast / without);
    }
    for (const pool of [young, old]) await requireReconciled(pool);
    return median(ratios);
  } finally {
    await Promise.all([young.end(), old.end()]);
  }
}

async function openAccount(server: BenchServer, pastJobs: number): Promise<pg.Pool> {
  const pool = new pg.Pool({ connectionString: await server.createDatabase(), max: POOL_SIZE });
  await fillAccounts(pool, 1);
  if (pastJobs > 0)
    await fillHistory(pool, { accounts: 1, cyclesPerAccount: pastJobs, withJobs: true, analyzes: false });
  await pool.query('VACUUM (ANALYZE)');
  return pool;
}

async function cycleUs(pool: pg.Pool): Promise<number> {
  const cycle = createOurCycle(pool, pickHotAccount);
  return 1e6 / (await runFor({ inFlight: IN_FLIGHT, seconds: SECONDS_PER_RUN }, cycle));
}
