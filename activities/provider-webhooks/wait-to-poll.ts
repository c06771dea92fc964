import { sleep } from '../cancellable-sleep.ts';
import { msOfEarlierTries } from '../attempts/earlier-tries.ts';
import { pollPauseMs } from './poll-pause.ts';
import type { WatchedAttempt, WebhookWatches } from './webhook-watches.ts';

/** Waits between two polls, at least as long as the provider asks. */
type WaitToPoll = (providerPauseMs: number) => Promise<void>;

/**
 * Waits longer each time, but no longer than until a webhook arrives. A webhook is not believed: the poll decides. If
 * the job has not ended then, the pauses are short again, since a service may send it before its own record is updated.
 * @param watches null: the service sends no webhooks.
 */
export function createWaitToPoll(watches: WebhookWatches | null, attempt: WatchedAttempt): WaitToPoll {
  let sinceMs: number | undefined;
  const followedMs = () => performance.now() - (sinceMs ??= performance.now() - msOfEarlierTries());
  if (watches === null) {
    return (providerPauseMs) => sleep(pollPauseMs(providerPauseMs, followedMs(), 'polled'));
  }
  let heard = 0;
  return async (providerPauseMs) => {
    const known = heard;
    const watch = watches.open(attempt, (count) => count > known);
    try {
      const pauseMs = pollPauseMs(providerPauseMs, followedMs(), 'told');
      const webhooks = await Promise.race([watch.news, sleep(pauseMs).then(() => heard)]);
      if (webhooks > heard) sinceMs = performance.now();
      heard = webhooks;
    } finally {
      watch.close();
    }
  };
}
