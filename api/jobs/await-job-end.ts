import { isTerminal } from '../../domain/work/job-state.ts';
import { readJob, type StoredJob } from '../../jobs/reads/read-job.ts';
import type { Database } from '../../ledger/database.ts';
import type { AccountFeeds } from '../events/account-feeds.ts';
import { endsItsJob, jobEventSource } from '../events/event-sources.ts';
import { followEvents } from '../events/follow-events.ts';
import { DatabaseUnavailable } from '../http/available-database.ts';
import type { AccountExchange } from '../http/route.ts';

type AwaitedJob = {
  readonly job: StoredJob;
  /** False: there was nothing to wait for, or no place to wait in. */
  readonly hasWaited: boolean;
};

/**
 * `Prefer: wait`: returns the job when it has ended, the time is up, or the caller is gone. It is a preference and the
 * job is admitted already: if waiting fails (no place, PostgreSQL away), the job is returned as last read.
 */
export async function awaitJobEnd(
  deps: { readonly database: Database; readonly feeds: AccountFeeds; readonly now: () => number },
  exchange: AccountExchange,
  job: StoredJob,
  waitMs: number,
): Promise<AwaitedJob> {
  if (waitMs === 0 || isTerminal(job.state)) return { job, hasWaited: waitMs > 0 };
  const { accountId, response } = exchange;
  const place = deps.feeds.open(accountId);
  if (place.is !== 'open') return { job, hasWaited: false };
  const { feed } = place;
  response.once('close', feed.close);
  exchange.state.extendMs(waitMs);
  const until = deps.now() + waitMs;
  const source = jobEventSource(deps.database, { accountId, jobId: job.id }, job.event_seq);
  const limits = {
    isOver: () => deps.now() >= until || response.destroyed,
    idleMs: () => until - deps.now(),
  };
  try {
    for await (const { events } of followEvents(feed, source, limits)) {
      source.told(events);
      if (events.some(endsItsJob)) break;
    }
    return { job: (await readJob(deps.database, accountId, job.id)) ?? job, hasWaited: true };
  } catch (error) {
    if (!(error instanceof DatabaseUnavailable)) throw error;
    return { job, hasWaited: true };
  } finally {
    feed.close();
  }
}
