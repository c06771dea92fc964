import { setTimeout as pause } from 'node:timers/promises';

/** The pause after a failed look. Those who wait have their own limit, or go on without it. */
const BACK_OFF_MS = 1_000;

type Waiter<Asked, News> = {
  readonly asked: Asked;
  readonly isNews: (found: News) => boolean;
  wake: (news: News) => void;
};

type Watch<News> = {
  /** Resolves with the first result that is news. */
  readonly news: Promise<News>;
  readonly close: () => void;
};

export type SharedLook<Asked, News> = {
  /** Looks once per tick, until it is closed. */
  readonly open: (asked: Asked, isNews: (found: News) => boolean) => Watch<News>;
};

/**
 * One query per tick for everything that one worker waits for; none while nothing waits.
 * @param look returns the results in the order of its arguments.
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
