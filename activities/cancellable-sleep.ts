import { setTimeout as pause } from 'node:timers/promises';
import { Context } from '@temporalio/activity';

/**
 * Waits so long in an activity. Rejects with CancelledFailure as soon as that is canceled.
 *
 * In place of the SDK's own `sleep`, which keeps a timer and a promise of each wait until the activity ends: a follower waits a hundred times in five
 * minutes, and a worker has two thousand of them.
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
