import { randomBytes, randomInt } from 'node:crypto';
import type pg from 'pg';
import { createAdmitJob } from '../../../jobs/admission/admit-job.ts';
import { createSettleOutput } from '../../../jobs/outputs/settle-outputs.ts';
import { ACCOUNT_COUNT, accountIdAt, MEMBERS_PER_ACCOUNT, PROJECTS_PER_ACCOUNT } from './bench-accounts.ts';
import { admitItemOf, type BenchJob } from './bench-job.ts';
import { createCollectAttempt } from './collect-attempt.ts';
import { collectInteractively, commitInteractively, reserveInteractively } from './interactive-ledger.ts';
import { untimed, type Time } from './stopwatch.ts';

/** One cycle: a job of a static ad is admitted and, its result collected, charged, on the account that `pick` names. */
export type Cycle = () => Promise<void>;
type PickAccount = () => string;

export const pickAnyAccount: PickAccount = () => accountIdAt(randomInt(ACCOUNT_COUNT));
export const pickHotAccount: PickAccount = () => accountIdAt(0);

/**
 * A cycle of the product: jobs.admit and jobs.settle through group commit, the attempt's row written in between as its
 * activities leave it. Each job names a member and a project: where the accounts are capped, both caps are looked at and counted.
 */
export function createOurCycle(pool: pg.Pool, pick: PickAccount, time: Time = untimed): Cycle {
  const admit = createAdmitJob(pool);
  const collect = createCollectAttempt(pool);
  const settle = createSettleOutput(pool);
  return async () => {
    const job = newJob(pick());
    const admitted = await time(() => admit(admitItemOf(job)));
    if (admitted.outcome.outcome !== 'reserved')
      throw new Error(`a job of the benchmark was refused: ${JSON.stringify(admitted.outcome)}`);
    await collect(job);
    const key = { accountId: job.accountId, jobId: job.jobId, outputId: job.outputId };
    const settled = await time(() =>
      settle({ ...key, reservationId: job.reservationId, verb: 'commit', credits: job.credits }),
    );
    if (settled.outcome !== 'committed') throw new Error(`a charge of the benchmark was ${settled.outcome}`);
  };
}

export function createInteractiveCycle(pool: pg.Pool, pick: PickAccount, time: Time = untimed): Cycle {
  return async () => {
    const job = newJob(pick());
    await time(() => reserveInteractively(pool, job));
    await collectInteractively(pool, job);
    await time(() => commitInteractively(pool, job));
  };
}

/** Ids as derived ones lie: spread over the indexes, which an id that only grows would favour. */
function newJob(accountId: string): BenchJob {
  const stem = randomBytes(16).toString('hex').slice(0, 26);
  return {
    accountId,
    jobId: `job_${stem}`,
    outputId: `out_${stem}_0`,
    reservationId: `rsv_${stem}_0`,
    reference: `att_${stem}_0_render_1`,
    credits: 35,
    member: `member_${String(randomInt(MEMBERS_PER_ACCOUNT))}`,
    project: `project_${String(randomInt(PROJECTS_PER_ACCOUNT))}`,
  };
}
