import {
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  getExternalWorkflowHandle,
  log,
  ParentClosePolicy,
  startChild,
  type ChildWorkflowHandle,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { failureOf, isFailureCode } from '../../domain/work/failures.ts';
import { outputWorkflowIdOf, releaseKeyOf } from '../../domain/ids.ts';
import { BATCH_PRIORITY } from '../../domain/work/workflow-names.ts';
import type { generation } from '../generation.ts';
import type { BatchRun } from './batch-run.ts';
import {
  cancelSignal,
  WORKFLOW_TASK_TIMEOUT_MS,
  type CancelRequest,
} from '../../contract/workflow-messages.ts';
import { settleOutput } from './settle-output.ts';

/**
 * Starts the workflow of one output of a batch and waits until it closes. That workflow settles the output; one that
 * was ended from outside cannot, so its output is settled here.
 */
export async function runOutputWorkflow(batch: BatchRun, outputId: string): Promise<void> {
  const child = await startOutput(batch, outputId);
  // Begun before a reset of this workflow: it settles by itself.
  if (child === 'started_before') return;
  try {
    await child.result();
  } catch (error) {
    if (!hasEndedItself(error)) await endInItsPlace(batch, outputId).catch(leaveToReconciler(outputId));
  } finally {
    batch.underWay.delete(outputId);
  }
}

async function startOutput(
  batch: BatchRun,
  outputId: string,
): Promise<ChildWorkflowHandle<typeof generation> | 'started_before'> {
  const { accountId, outputCount } = batch.plan;
  try {
    return await startChild<typeof generation>('generation', {
      workflowId: outputWorkflowIdOf(outputId),
      args: [{ accountId, outputId }],
      workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT_MS,
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      // When the batch is ended from outside, its outputs go on.
      parentClosePolicy: ParentClosePolicy.ABANDON,
      priority: { priorityKey: BATCH_PRIORITY, fairnessKey: accountId },
      staticSummary: `one of ${String(outputCount)} outputs · ${accountId}`,
    });
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return 'started_before';
    throw error;
  } finally {
    batch.underWay.add(outputId);
    // The cancel came during the start.
    if (batch.canceledBy !== undefined) void cancelChild(outputId, batch.canceledBy);
  }
}

/** Asks an output's workflow to cancel, as a client does for a job. A closed workflow cannot be asked. */
export async function cancelChild(outputId: string, by: CancelRequest['by']): Promise<void> {
  const handle = getExternalWorkflowHandle(outputWorkflowIdOf(outputId));
  try {
    await handle.signal(cancelSignal, { by });
    await handle.cancel();
  } catch (error) {
    log.info('an output could not be asked to cancel: its workflow has closed', { outputId, error });
  }
}

/**
 * Whether its own code ended it, which settles before it closes with a failure code (close-workflow.ts). With any other
 * failure nothing is settled.
 */
function hasEndedItself(error: unknown): boolean {
  if (!(error instanceof ChildWorkflowFailure)) return false;
  const { cause } = error;
  return (
    cause instanceof CancelledFailure ||
    (cause instanceof ApplicationFailure && isFailureCode(cause.type ?? ''))
  );
}

/** The batch goes on with the other outputs; the reservation stays open for the reconciler. */
function leaveToReconciler(outputId: string) {
  return (error: unknown): void => {
    log.error('an output could not be settled; the reconciler settles it', { outputId, error });
  };
}

/**
 * What still runs at the provider is stopped from the list that the settlement writes (jobs.claim_attempts_to_stop).
 */
async function endInItsPlace({ plan }: BatchRun, outputId: string): Promise<void> {
  await settleOutput(releaseKeyOf(plan.accountId, outputId), {
    charge: false,
    failure: failureOf('terminated'),
  });
}
