import { sleep } from '@temporalio/activity';
import { pollPauseMs } from './poll-pause.ts';
import type { WatchedAttempt, WebhookWatches } from './webhook-watches.ts';

/** Waits between two polls of an attempt, as long as its provider asks to. */
export type WaitToPoll = (providerPauseMs: number) => Promise<void>;

/**
 * Waits longer each time where the service tells when a job has ended, and no longer than until it does. What it tells is not believed: the
 * poll says how the job stands. If it has not ended then, the pauses are short again, since a service may tell before its own record says so.
 * @param watches null: the service tells nothing.
 */
export function createWaitToPoll(watches: WebhookWatches | null, attempt: WatchedAttempt): WaitToPoll {
  if (watches === null) return sleep;
  let heard = 0;
  let polls = 0;
  return async (providerPauseMs) => {
    const watch = watches.open(attempt, heard);
    try {
      const pauseMs = pollPauseMs(providerPauseMs, polls++);
      const webhooks = await Promise.race([watch.heard, sleep(pauseMs).then(() => heard)]);
      if (webhooks > heard) polls = 0;
      heard = webhooks;
    } finally {
      watch.close();
    }
  };
}
