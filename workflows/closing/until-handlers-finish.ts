import { allHandlersFinished, condition, log } from '@temporalio/workflow';
import { requireNotCancellable } from '../require-not-cancellable.ts';

/** Longer than a support command takes while PostgreSQL is up: one try has 10 s (activity-proxies.ts). */
const WAIT_AT_MOST = '30 seconds';

/**
 * Waits for updates that are under way before the workflow closes, so that their senders get the outcome. The wait is
 * bounded: while PostgreSQL is away, a handler must not keep the workflow open. Its sender is then told by Temporal
 * that the workflow has closed; what was done is on record under the update's key. Throws TypeError in a cancellable
 * scope.
 */
export async function untilHandlersFinish(): Promise<void> {
  requireNotCancellable('untilHandlersFinish');
  if (allHandlersFinished()) return;
  const isFinished = await condition(allHandlersFinished, WAIT_AT_MOST, { summary: 'an update returns' });
  if (!isFinished)
    log.warn(
      'an update was still running after 30 s; the workflow closes, and the outcome is on record under its key',
    );
}
