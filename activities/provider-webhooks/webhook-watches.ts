import { createSharedLook, type SharedLook } from '../shared-look.ts';

/** A quarter of a second, against ten between polls; one query per worker, however many attempts it follows. */
const TICK_MS = 250;
/** Attempts in one query: as many as a worker follows by default. */
const PER_QUERY = 2_000;

export type WatchedAttempt = { readonly accountId: string; readonly reference: string };

/** Watches of the number of an attempt's webhooks. */
export type WebhookWatches = SharedLook<WatchedAttempt, number>;

type CountWebhooks = (attempts: readonly WatchedAttempt[]) => Promise<ReadonlyMap<string, number>>;

/** Watches for webhooks for all attempts of one worker, whichever process took them. */
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
