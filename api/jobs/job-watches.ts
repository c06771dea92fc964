import { readEventSeqs, type JobKey, type JobPosition } from '../../jobs/reads/read-event-seqs.ts';
import type { Database } from '../../ledger/database.ts';
import type { Logger } from '../../runtime/logger.ts';
import { createTakenPlaces, WATCH_PLACES, type NoPlace, type WatchPlaces } from './watch-places.ts';

/** Shorter than a person notices; one query of the process, however many watch. */
const POLL_INTERVAL_MS = 150;
/** After a poll that failed. */
const BACK_OFF_MS = 1_000;

/** 'changed': there is something past the number asked about, or the job has ended. 'closing': the process is going. */
type WatchNews = 'changed' | 'quiet' | 'closing';

export type JobWatch = {
  /** Waits until the job has an event past `after` or has ended, at most `timeoutMs`. One call at a time. */
  next(after: number, timeoutMs: number): Promise<WatchNews>;
  /** Ends a wait under way with 'closing'. */
  readonly close: () => void;
};

type WatchPlace = { readonly is: 'open'; readonly watch: JobWatch } | NoPlace;

export type JobWatches = {
  open(job: JobKey): WatchPlace;
  /** Ends every wait with 'closing', and the ones that come after. */
  closeAll(): void;
};

type Waiter = { readonly job: JobKey; readonly after: number; readonly wake: (news: WatchNews) => void };

/** All watching of jobs in one process: a thousand watchers are one query. */
export function createJobWatches(
  database: Database,
  log: Logger,
  places: WatchPlaces = WATCH_PLACES,
): JobWatches {
  const waiters = new Set<Waiter>();
  const takenPlaces = createTakenPlaces(places);
  let isClosing = false;
  let isPolling = false;

  async function poll(): Promise<void> {
    isPolling = true;
    while (waiters.size > 0) {
      const delayMs = await pollOnce().then(
        () => POLL_INTERVAL_MS,
        (error: unknown) => {
          log.warn({ err: error, watchers: waiters.size }, 'watched jobs could not be read; trying again');
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
      const place = takenPlaces.take(job.accountId);
      if (place.is !== 'taken') return place;
      const watch = openWatch((...asked) => wait(job, ...asked), place.free);
      return { is: 'open', watch };
    },
    closeAll() {
      isClosing = true;
      for (const waiter of [...waiters]) waiter.wake('closing');
    },
  };
}

function openWatch(
  wait: (after: number, timeoutMs: number, waiting: (waiter: Waiter) => void) => Promise<WatchNews>,
  freePlace: () => void,
): JobWatch {
  let isOpen = true;
  let last: Waiter | undefined;
  return {
    next: (after, timeoutMs) =>
      isOpen ? wait(after, timeoutMs, (waiter) => (last = waiter)) : Promise.resolve<WatchNews>('closing'),
    close: () => {
      if (isOpen) freePlace();
      isOpen = false;
      last?.wake('closing');
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
