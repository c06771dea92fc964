import { readEventSeqs, type JobKey, type JobPosition } from '../jobs/read-event-seqs.ts';
import type { Database } from '../ledger/database.ts';
import type { Logger } from '../runtime/logger.ts';

/** Under what a person notices, and one query of the process whoever many watch. */
const POLL_INTERVAL_MS = 150;
/** After a poll that failed. */
const BACK_OFF_MS = 1_000;
/** Each holds a connection open and a row in the poll; beyond this the process is better off refusing. */
const MAX_WATCHES = 2_000;

/** 'changed': there is something past the number asked about, or the job has ended. 'closing': the process is going. */
export type WatchNews = 'changed' | 'quiet' | 'closing';

export type JobWatch = {
  /** Waits until the job has an event past `after` or has ended, at most `timeoutMs`. One call at a time. */
  next(after: number, timeoutMs: number): Promise<WatchNews>;
  /** Ends a wait under way with 'closing'. */
  readonly close: () => void;
};

export type JobWatches = {
  /** Null when too many watch. */
  open(job: JobKey): JobWatch | null;
  /** Ends every wait with 'closing', and the ones that come after. */
  closeAll(): void;
};

type Waiter = { readonly job: JobKey; readonly after: number; readonly wake: (news: WatchNews) => void };

/** All watching of jobs in one process: a thousand watchers are one query. */
export function createJobWatches(database: Database, log: Logger, maxWatches = MAX_WATCHES): JobWatches {
  const waiters = new Set<Waiter>();
  let openWatches = 0;
  let isClosing = false;
  let isPolling = false;

  async function poll(): Promise<void> {
    isPolling = true;
    while (waiters.size > 0) {
      const delayMs = await pollOnce().then(
        () => POLL_INTERVAL_MS,
        (error: unknown) => {
          log.warn({ err: error, watchers: waiters.size }, 'watched jobs could not be read');
          return BACK_OFF_MS;
        },
      );
      await new Promise((resolve) => setTimeout(resolve, delayMs));
    }
    isPolling = false;
  }

  async function pollOnce(): Promise<void> {
    const asked = [...waiters];
    const jobs = new Map(asked.map((waiter) => [keyOf(waiter.job), waiter.job]));
    const positions = await readEventSeqs(database, [...jobs.values()]);
    const positionOf = new Map(positions.map((position) => [keyOf(position), position]));
    for (const waiter of asked) {
      if (hasNews(positionOf.get(keyOf(waiter.job)), waiter.after)) waiter.wake('changed');
    }
  }

  function wait(
    job: JobKey,
    after: number,
    timeoutMs: number,
    waiting: (waiter: Waiter) => void,
  ): Promise<WatchNews> {
    if (isClosing) return Promise.resolve('closing');
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        waiter.wake('quiet');
      }, timeoutMs);
      const waiter: Waiter = {
        job,
        after,
        wake: (news) => {
          clearTimeout(timer);
          waiters.delete(waiter);
          resolve(news);
        },
      };
      waiters.add(waiter);
      waiting(waiter);
      if (!isPolling) void poll();
    });
  }

  return {
    open(job) {
      if (openWatches >= maxWatches) return null;
      openWatches += 1;
      let isOpen = true;
      let last: Waiter | undefined;
      return {
        next: (after, timeoutMs) =>
          isOpen
            ? wait(job, after, timeoutMs, (waiter) => (last = waiter))
            : Promise.resolve<WatchNews>('closing'),
        close: () => {
          if (isOpen) openWatches -= 1;
          isOpen = false;
          last?.wake('closing');
        },
      };
    },
    closeAll() {
      isClosing = true;
      for (const waiter of [...waiters]) waiter.wake('closing');
    },
  };
}

/** A job that is not there (any more) has no more news to wait for. */
function hasNews(position: JobPosition | undefined, after: number): boolean {
  return position === undefined || position.isFinished || position.eventSeq > after;
}

function keyOf(job: JobKey): string {
  return `${job.accountId} ${job.jobId}`;
}
