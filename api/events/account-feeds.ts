import { readNews, type AccountEvent } from '../../jobs/reads/read-events.ts';
import type { Database } from '../../ledger/database.ts';
import type { Logger } from '../../runtime/logger.ts';
import { createTakenPlaces, WATCH_PLACES, type NoPlace, type WatchPlaces } from './watch-places.ts';

/** Not noticeable to a person; one query per process, for any number of watchers. */
const POLL_INTERVAL_MS = 150;
/** The pause after a failed poll. */
const BACK_OFF_MS = 1_000;
/** Events of one account in one poll; an account with more is polled again at once. */
const NEWS_LIMIT = 200;
/** The shared events of an account. A reader that is further behind reads from PostgreSQL, so no reader has a queue. */
const KEPT_EVENTS = 64;

/** 'changed': there are events past the position. 'closing': the process or the reader is ending. */
type FeedNews = 'changed' | 'quiet' | 'closing';

/** One reader of an account's events as they happen. */
export type Feed = {
  /** The sequence up to which the account is known; null: not looked at yet. */
  readonly head: () => number | null;
  /** The events after a position, oldest first; null: they are not kept here, and must be read. */
  readonly after: (position: number) => readonly AccountEvent[] | null;
  /** Waits until the account has an event past `position`, at most `timeoutMs`. One call at a time. */
  readonly next: (position: number, timeoutMs: number) => Promise<FeedNews>;
  /** Frees the place, and ends a current wait with 'closing'. */
  readonly close: () => void;
};

export type AccountFeeds = {
  readonly open: (accountId: string) => { readonly is: 'open'; readonly feed: Feed } | NoPlace;
  /** Ends every wait with 'closing', now and later. */
  readonly closeAll: () => void;
};

type Waiter = { readonly position: number; readonly wake: (news: FeedNews) => void };

/** The newest events of one account, shared by all who watch it. */
type Tail = {
  readonly accountId: string;
  head: number | null;
  events: readonly AccountEvent[];
  readers: number;
  readonly waiters: Set<Waiter>;
};

/**
 * All watchers of one process: streams of jobs and accounts, and waits for a job's end. A thousand watchers are one
 * query.
 */
export function createAccountFeeds(
  database: Database,
  log: Logger,
  places: WatchPlaces = WATCH_PLACES,
): AccountFeeds {
  const tails = new Map<string, Tail>();
  const takenPlaces = createTakenPlaces(places);
  let isClosing = false;
  let isPolling = false;

  async function poll(): Promise<void> {
    isPolling = true;
    while (tails.size > 0 && !isClosing) {
      const delayMs = await pollOnce().then(
        (isBehind) => (isBehind ? 0 : POLL_INTERVAL_MS),
        (error: unknown) => {
          log.warn({ err: error, accounts: tails.size }, 'watched accounts could not be read; trying again');
          return BACK_OFF_MS;
        },
      );
      await new Promise((resolve) => setTimeout(resolve, delayMs));
    }
    isPolling = false;
  }

  /** Whether an account has more than was read. */
  async function pollOnce(): Promise<boolean> {
    const asked = [...tails.values()];
    const news = await readNews(
      database,
      asked.map(({ accountId, head }) => ({ accountId, after: head })),
      NEWS_LIMIT,
    );
    for (const tail of asked) extend(tail, news.get(tail.accountId) ?? []);
    return [...news.values()].some((events) => events.length === NEWS_LIMIT);
  }

  function tailOf(accountId: string): Tail {
    const known = tails.get(accountId);
    if (known !== undefined) return known;
    const tail: Tail = { accountId, head: null, events: [], readers: 0, waiters: new Set() };
    tails.set(accountId, tail);
    return tail;
  }

  return {
    open(accountId) {
      const place = takenPlaces.take(accountId);
      if (place.is !== 'taken') return place;
      const tail = tailOf(accountId);
      tail.readers += 1;
      if (!isPolling) void poll();
      const feed = openFeed(
        tail,
        () => isClosing,
        () => {
          place.free();
          tail.readers -= 1;
          if (tail.readers === 0) tails.delete(accountId);
        },
      );
      return { is: 'open', feed };
    },
    closeAll() {
      isClosing = true;
      for (const tail of tails.values()) for (const waiter of [...tail.waiters]) waiter.wake('closing');
    },
  };
}

/** Takes an account's new events, and wakes who waits for them. */
function extend(tail: Tail, events: readonly AccountEvent[]): void {
  // No row: the account has no event at all, if its last one was asked for.
  tail.head = events.at(-1)?.sequence ?? tail.head ?? 0;
  if (events.length > 0) tail.events = [...tail.events, ...events].slice(-KEPT_EVENTS);
  for (const waiter of [...tail.waiters]) if (tail.head > waiter.position) waiter.wake('changed');
}

function openFeed(tail: Tail, isClosing: () => boolean, free: () => void): Feed {
  let isOpen = true;
  let last: Waiter | undefined;
  return {
    head: () => tail.head,
    after: (position) => eventsAfter(tail, position),
    next(position, timeoutMs) {
      if (!isOpen || isClosing()) return Promise.resolve('closing');
      if (tail.head !== null && tail.head > position) return Promise.resolve('changed');
      return new Promise((resolve) => {
        const timer = setTimeout(() => {
          waiter.wake('quiet');
        }, timeoutMs);
        const waiter: Waiter = {
          position,
          wake: (news) => {
            clearTimeout(timer);
            tail.waiters.delete(waiter);
            resolve(news);
          },
        };
        last = waiter;
        tail.waiters.add(waiter);
      });
    },
    close() {
      if (isOpen) free();
      isOpen = false;
      last?.wake('closing');
    },
  };
}

function eventsAfter({ head, events }: Tail, position: number): readonly AccountEvent[] | null {
  if (head === null) return null;
  if (position >= head) return [];
  const [first] = events;
  if (first === undefined || first.sequence > position + 1) return null;
  return events.slice(position + 1 - first.sequence);
}
