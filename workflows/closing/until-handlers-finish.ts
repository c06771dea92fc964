import { allHandlersFinished, condition, log } from '@temporalio/workflow';
import { requireNotCancellable } from '../require-not-cancellable.ts';

/** Longer than any command of support takes while PostgreSQL is there: one try of it has 10 s (activity-proxies.ts). */
const WAIT_AT_MOST = '30 seconds';

/**
 * Before a workflow goes on to close: an update that is under way returns first, so that its sender hears the outcome. The wait is
 * bounded: a handler that cannot come to its end (PostgreSQL is away for long) must not keep a workflow open. Its sender is told by
 * Temporal that the workflow has closed, and what was done is on record under the update's key. Throws TypeError where it could be cancelled.
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
