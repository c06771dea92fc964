import { isTerminal } from '../../domain/job-state.ts';
import { readJob, type StoredJob } from '../../jobs/reads/read-job.ts';
import type { Database } from '../../ledger/database.ts';
import { DatabaseUnavailable } from '../http/available-database.ts';
import type { JobWatches } from './job-watches.ts';
import type { AccountExchange } from '../http/route.ts';

export type AwaitedJob = {
  readonly job: StoredJob;
  /** False when there was nothing to wait for, or no place to wait in. */
  readonly hasWaited: boolean;
};

/**
 * `Prefer: wait`: returns the job as it stands when it has ended or the time is up, whichever comes first, or when the
 * caller is gone. A preference, and the job is admitted by now: where it cannot be waited for (no place, PostgreSQL away), the
 * job as it was last seen is the answer, not a problem.
 */
export async function awaitJobEnd(
  deps: { readonly database: Database; readonly watches: JobWatches; readonly now: () => number },
  exchange: AccountExchange,
  job: StoredJob,
  waitMs: number,
): Promise<AwaitedJob> {
  if (waitMs === 0 || isTerminal(job.state)) return { job, hasWaited: waitMs > 0 };
  const place = deps.watches.open({ accountId: exchange.accountId, jobId: job.id });
  if (place.is !== 'open') return { job, hasWaited: false };
  const { watch } = place;
  exchange.response.once('close', watch.close);
  exchange.state.extendMs(waitMs);
  const until = deps.now() + waitMs;
  let seen = job;
  try {
    while (!isTerminal(seen.state) && !exchange.response.destroyed) {
      const news = await watch.next(seen.event_seq, Math.max(0, until - deps.now()));
      if (news !== 'changed') break;
      seen = (await readJob(deps.database, exchange.accountId, job.id)) ?? seen;
    }
  } catch (error) {
    if (!(error instanceof DatabaseUnavailable)) throw error;
  } finally {
    watch.close();
  }
  return { job: seen, hasWaited: true };
}
