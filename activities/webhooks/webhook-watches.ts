import { setTimeout as pause } from 'node:timers/promises';

/** A quarter of a second beside polls of ten; one query of the worker, however many attempts it follows. */
const TICK_MS = 250;
/** After a query that failed. The attempts are polled all the same. */
const BACK_OFF_MS = 1_000;
/** Attempts in one query: as many as a worker follows by default. */
const PER_QUERY = 2_000;

export type WatchedAttempt = { readonly accountId: string; readonly reference: string };

type WebhookWatch = {
  /** Resolves with the number of webhooks about the attempt once there are more than were heard of. */
  readonly heard: Promise<number>;
  readonly close: () => void;
};

export type WebhookWatches = {
  /** Watches until it is closed. `heard`: how many webhooks the caller knows of, so that none is missed between two watches. */
  open(attempt: WatchedAttempt, heard: number): WebhookWatch;
};

type CountWebhooks = (attempts: readonly WatchedAttempt[]) => Promise<ReadonlyMap<string, number>>;

type Waiter = WatchedAttempt & { readonly heard: number; wake: (webhooks: number) => void };

/** All watching for webhooks in one worker: whichever process took a webhook, the worker that follows its attempt finds it. */
export function createWebhookWatches(countWebhooks: CountWebhooks): WebhookWatches {
  const waiters = new Set<Waiter>();
  let isLooking = false;

  async function look(): Promise<void> {
    isLooking = true;
    while (waiters.size > 0) {
      const delayMs = await lookOnce().then(
        () => TICK_MS,
        () => BACK_OFF_MS,
      );
      await pause(delayMs);
    }
    isLooking = false;
  }

  async function lookOnce(): Promise<void> {
    const asked = [...waiters];
    for (let from = 0; from < asked.length; from += PER_QUERY) {
      const page = asked.slice(from, from + PER_QUERY);
      const counts = await countWebhooks(page);
      for (const { reference, heard, wake } of page) {
        const webhooks = counts.get(reference) ?? 0;
        if (webhooks > heard) wake(webhooks);
      }
    }
  }

  return {
    open(attempt, heard) {
      const waiter: Waiter = { ...attempt, heard, wake: () => undefined };
      const more = new Promise<number>((resolve) => {
        waiter.wake = resolve;
      });
      waiters.add(waiter);
      if (!isLooking) void look();
      return { heard: more, close: () => waiters.delete(waiter) };
    },
  };
}
