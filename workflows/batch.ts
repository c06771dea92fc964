import { CancellationScope, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { failureOf } from '../domain/work/failures.ts';
import { summarize } from '../domain/work/job-state.ts';
import { releaseDurably } from './activity-proxies.ts';
import { handleAdmitUpdate } from './admission/handle-admit-update.ts';
import { parseStart } from './messages/handle-message.ts';
import { batchStart } from './messages/message-parsers.ts';
import { untilHandlersFinish } from './closing/until-handlers-finish.ts';
import { untilJobHasEnded, type JobStatus } from './closing/until-job-has-ended.ts';
import { runOutputWorkflows } from './outputs/run-output-workflows.ts';
import type { BatchResult, GenerationStart } from '../contract/workflow-messages.ts';

/**
 * The outputs of one job: admitted all or none, each made and settled by a workflow of its own.
 *
 * admit  store the request, reserve the sum of its outputs (the undo is registered before)
 * make   start the outputs' workflows, a window of them at once; release what a cancel or the deadline leaves unbegun
 * tell   return how the outputs ended, as the ledger says. Always Completed, however they ended
 *
 * Nothing here is cancellable: a cancel is passed on to the outputs' workflows.
 */
export async function batch(started: GenerationStart): Promise<BatchResult> {
  const start = parseStart(batchStart, started);
  const { cancelRequested } = CancellationScope.current();
  return CancellationScope.nonCancellable(() => admitMakeAndTell(start, cancelRequested));
}

async function admitMakeAndTell(
  start: GenerationStart,
  cancelRequested: Promise<never>,
): Promise<BatchResult> {
  const { accountId, jobId } = start;
  const all = { accountId, jobId, from: 0, to: start.outputCount };
  const {
    batch: plan,
    hasEnded,
    admission,
  } = await handleAdmitUpdate(start, () => releaseDurably.releaseOutputs(all, failureOf('internal')));
  if (plan) await runOutputWorkflows(plan, cancelRequested);
  else if (!hasEnded) {
    upsertSearchAttributes({ HoldfastState: ['refused'] });
    await untilHandlersFinish();
    return { outcome: 'refused', credits: 0, admission };
  }

  const job = await untilJobHasEnded(accountId, jobId);
  if (job.state !== 'succeeded') upsertSearchAttributes({ HoldfastState: [job.state] });
  const result = resultOf(job);
  await untilHandlersFinish();
  setCurrentDetails(`Ended: ${result.summary}.`);
  return result;
}

function resultOf({
  state,
  failureCode,
  committed,
  returned,
  leftSeconds: _,
  ...counts
}: JobStatus): Exclude<BatchResult, { outcome: 'refused' }> {
  return {
    outcome: state === 'queued' || state === 'stuck' ? 'running' : state,
    code: failureCode,
    credits: committed,
    returned,
    ...counts,
    summary: summarize(counts, returned),
  };
}
