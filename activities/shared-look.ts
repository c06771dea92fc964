import { setTimeout as pause } from 'node:timers/promises';

/** After a look that failed. Those that wait have a limit of their own, or go on without it. */
const BACK_OFF_MS = 1_000;

type Waiter<Asked, News> = {
  readonly asked: Asked;
  readonly isNews: (found: News) => boolean;
  wake: (news: News) => void;
};

type Watch<News> = {
  /** Resolves with the first of what is found that is news. */
  readonly news: Promise<News>;
  readonly close: () => void;
};

export type SharedLook<Asked, News> = {
  /** Looks for something once per tick until it is closed. */
  readonly open: (asked: Asked, isNews: (found: News) => boolean) => Watch<News>;
};

/**
 * One look into PostgreSQL per tick for all that wait for something in a worker, however many those are. Nothing is asked while none waits.
 * @param look returns what it found of each, in their order.
 */
export function createSharedLook<Asked, News>(
  tickMs: number,
  look: (asked: readonly Asked[]) => Promise<readonly (News | undefined)[]>,
): SharedLook<Asked, News> {
  const waiters = new Set<Waiter<Asked, News>>();
  let isLooking = false;

  async function lookWhileWaitedFor(): Promise<void> {
    isLooking = true;
    while (waiters.size > 0) {
      const delayMs = await lookOnce().then(
        () => tickMs,
        () => BACK_OFF_MS,
      );
      await pause(delayMs);
    }
    isLooking = false;
  }

  async function lookOnce(): Promise<void> {
    const asking = [...waiters];
    const found = await look(asking.map(({ asked }) => asked));
    for (const [index, { isNews, wake }] of asking.entries()) {
      const one = found[index];
      if (one !== undefined && isNews(one)) wake(one);
    }
  }

  return {
    open(asked, isNews) {
      const waiter: Waiter<Asked, News> = { asked, isNews, wake: () => undefined };
      const news = new Promise<News>((resolve) => {
        waiter.wake = resolve;
      });
      waiters.add(waiter);
      if (!isLooking) void lookWhileWaitedFor();
      return { news, close: () => waiters.delete(waiter) };
    },
  };
}
