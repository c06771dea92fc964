import { createSharedLook, type SharedLook } from '../shared-look.ts';

/** A quarter of a second beside polls of ten; one query of the worker, however many attempts it follows. */
const TICK_MS = 250;
/** Attempts in one query: as many as a worker follows by default. */
const PER_QUERY = 2_000;

export type WatchedAttempt = { readonly accountId: string; readonly reference: string };

/** Of how many webhooks there are of an attempt. */
export type WebhookWatches = SharedLook<WatchedAttempt, number>;

type CountWebhooks = (attempts: readonly WatchedAttempt[]) => Promise<ReadonlyMap<string, number>>;

/** All watching for webhooks in one worker: whichever process took a webhook, the worker that follows its attempt finds it. */
export function createWebhookWatches(countWebhooks: CountWebhooks): WebhookWatches {
  return createSharedLook(TICK_MS, async (asked) => {
    const found: number[] = [];
    for (let from = 0; from < asked.length; from += PER_QUERY) {
      const page = asked.slice(from, from + PER_QUERY);
      const counts = await countWebhooks(page);
      found.push(...page.map(({ reference }) => counts.get(reference) ?? 0));
    }
    return found;
  });
}
