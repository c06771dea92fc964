import { setTimeout as pause } from 'node:timers/promises';
import { Context } from '@temporalio/activity';

/**
 * Sleeps in an activity. Rejects with CancelledFailure as soon as that is canceled.
 *
 * The SDK's own `sleep` keeps a timer and a promise of each wait until the activity ends. A follower waits a hundred
 * times in five minutes, and a worker has two thousand of them.
 */
export async function sleep(ms: number): Promise<void> {
  const { cancellationSignal: signal, cancelled } = Context.current();
  try {
    await pause(ms, undefined, { signal });
  } catch (error) {
    if (signal.aborted) await cancelled;
    throw error;
  }
}
