import { setCurrentDetails } from '@temporalio/workflow';
import type { BatchPlan } from '../../domain/work/output-plan.ts';
import { BATCH_WINDOW } from '../../domain/work/models.ts';
import { failureOf } from '../../domain/work/failures.ts';
import { outputIdOf } from '../../domain/ids.ts';
import { localActivities, releaseDurably } from '../activity-proxies.ts';
import type { BatchRun } from './batch-run.ts';
import { handleSignal } from '../messages/handle-message.ts';
import { cancelChild, runOutputWorkflow } from './run-output-workflow.ts';
import { cancelRequest } from '../messages/message-parsers.ts';
import { cancelSignal, type CancelRequest } from '../../contract/workflow-messages.ts';

/**
 * Runs the outputs of a job, each by a workflow of its own, BATCH_WINDOW at once. Releases what a cancel or the
 * deadline leaves unbegun.
 * @param cancelRequested rejects when this workflow is asked to cancel. The cancel is passed on to the outputs.
 */
export async function runOutputWorkflows(plan: BatchPlan, cancelRequested: Promise<never>): Promise<void> {
  const batch: BatchRun = {
    plan,
    next: 0,
    underWay: new Set(),
    deadlineAt: Date.now() + (plan.deadlineSeconds - plan.ageSeconds) * 1_000,
    stoppedBy: undefined,
    canceledBy: undefined,
  };
  let canceledBy: CancelRequest['by'] | undefined;
  handleSignal(cancelSignal, cancelRequest, ({ by }) => {
    canceledBy ??= by;
  });
  let canceling: Promise<void> | undefined;
  cancelRequested.catch(() => {
    canceling = cancelBatch(batch, canceledBy ?? 'support');
  });
  const slots = Math.min(BATCH_WINDOW, plan.outputCount);
  await Promise.all(Array.from({ length: slots }, () => fillSlot(batch)));
  await canceling;
  await returnUnbegun(batch);
}

async function fillSlot(batch: BatchRun): Promise<void> {
  for (;;) {
    showBatch(batch);
    if (await isStopped(batch)) return;
    if (batch.next >= batch.plan.outputCount) return;
    await runOutputWorkflow(batch, outputIdOf(batch.plan.jobId, batch.next++));
  }
}

/** Shows the state of a batch at the top of its page in Temporal UI. */
function showBatch({ plan, next, underWay, deadlineAt, stoppedBy }: BatchRun): void {
  const rows = [
    `| Outputs | ${String(plan.outputCount)} |`,
    `| Begun | ${String(next)} |`,
    `| Under way | ${[...underWay].map((outputId) => `\`${outputId}\``).join(', ') || 'none'} |`,
    `| Deadline | ${new Date(deadlineAt).toISOString()} |`,
    `| Next automatic action | ${stoppedBy === undefined ? 'the next output begins when one ends' : 'what has not begun is returned'} |`,
  ];
  setCurrentDetails(['| | |', '|---|---|', ...rows].join('\n'));
}

/** Past the deadline PostgreSQL is asked: support may have extended the job. */
async function isStopped(batch: BatchRun): Promise<boolean> {
  if (batch.stoppedBy !== undefined) return true;
  if (Date.now() < batch.deadlineAt) return false;
  const { accountId, jobId } = batch.plan;
  const leftSeconds = (await localActivities.readJobResult(accountId, jobId))?.leftSeconds ?? 0;
  batch.deadlineAt = Date.now() + leftSeconds * 1_000;
  // Outputs that have not begun by now waited for us.
  if (leftSeconds <= 0) batch.stoppedBy ??= failureOf('run_deadline', 'us');
  return batch.stoppedBy !== undefined;
}

/** A customer's cancel of a stuck job counts as ours, unless the customer's own short deadline made it stuck. */
async function cancelBatch(batch: BatchRun, by: CancelRequest['by']): Promise<void> {
  batch.canceledBy = by;
  batch.stoppedBy = failureOf('canceled', by === 'customer' ? 'customer' : 'us');
  const { accountId, jobId, isStuckEarly = false } = batch.plan;
  const job = await localActivities.readJobResult(accountId, jobId);
  if (job?.state === 'stuck' && !isStuckEarly) batch.stoppedBy = failureOf('canceled', 'us');
  await Promise.all([...batch.underWay].map((outputId) => cancelChild(outputId, by)));
}

async function returnUnbegun({ plan, next, stoppedBy }: BatchRun): Promise<void> {
  if (stoppedBy === undefined || next >= plan.outputCount) return;
  const { accountId, jobId, outputCount } = plan;
  await releaseDurably.releaseOutputs({ accountId, jobId, from: next, to: outputCount }, stoppedBy);
}
