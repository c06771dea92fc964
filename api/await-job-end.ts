import { isTerminal } from '../domain/job-state.ts';
import { readJob, type StoredJob } from '../jobs/read-job.ts';
import type { Database } from '../ledger/database.ts';
import type { JobWatches } from './job-watches.ts';
import { unavailable } from './problem.ts';
import type { AccountExchange } from './route.ts';

/**
 * `Prefer: wait`: answers the job as it stands when it has ended or the time is up, whichever comes first, or when the
 * caller is gone. Throws the problem `unavailable` when too many watch already.
 */
export async function awaitJobEnd(
  deps: { readonly database: Database; readonly watches: JobWatches; readonly now: () => number },
  exchange: AccountExchange,
  job: StoredJob,
  waitMs: number,
): Promise<StoredJob> {
  if (waitMs === 0 || isTerminal(job.state)) return job;
  const watch = deps.watches.open({ accountId: exchange.accountId, jobId: job.id });
  if (watch === null) throw unavailable('Too many requests wait for a job. Read the job instead.');
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
    return seen;
  } finally {
    watch.close();
  }
}
