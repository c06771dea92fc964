import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { outputWorkflowIdOf, workflowIdOf } from '../domain/ids.ts';
import { cancelSignal, type CancelRequest } from '../contract/workflow-messages.ts';
import { callWithin, TIMED_OUT } from './bounded-call.ts';
import { isTemporalAway } from './temporal-trouble.ts';

const SIGNAL_TIMEOUT_MS = 5_000;

/**
 * 'requested': the workflow has the cancel. 'not_running': it does not exist, or has closed. 'unavailable': Temporal
 * did not respond in time.
 */
export type CancelOutcome = 'requested' | 'not_running' | 'unavailable';

type AskedToCancel = {
  readonly outcome: CancelOutcome;
  /** Of a job with several outputs whose own workflow is gone: the outputs without a workflow. */
  readonly abandonedOutputIds: readonly string[];
};

/**
 * @param outputIds of a job with several outputs, those that have not ended. They are canceled one by one when the
 * job's own workflow is gone (it was ended from outside, and they go on without it).
 */
export type CancelJob = (
  jobId: string,
  by: CancelRequest['by'],
  outputIds?: readonly string[],
) => Promise<AskedToCancel>;

/** Workflows that are asked at once, without effect on other jobs. */
const ASKED_AT_ONCE = 20;

/**
 * Asks a job's workflow to cancel: a signal with who asks (which decides where expired credits go), then Temporal's own
 * cancellation, so that the workflow closes as Canceled. If this process dies in between, nothing is canceled yet. A
 * repeat changes nothing. The caller has checked whose job it is.
 */
export function createCancelJob(client: Client): CancelJob {
  return async (jobId, by, outputIds = []) => {
    const asked = await cancelWorkflow(client, workflowIdOf(jobId), by);
    if (asked !== 'not_running') return { outcome: asked, abandonedOutputIds: [] };
    const outcomes: CancelOutcome[] = [];
    for (let start = 0; start < outputIds.length; start += ASKED_AT_ONCE) {
      const slice = outputIds.slice(start, start + ASKED_AT_ONCE);
      const cancelOutput = (outputId: string) => cancelWorkflow(client, outputWorkflowIdOf(outputId), by);
      outcomes.push(...(await Promise.all(slice.map(cancelOutput))));
    }
    const outcome =
      outcomes.find((one) => one === 'unavailable') ?? outcomes.find((one) => one === 'requested');
    return {
      outcome: outcome ?? 'not_running',
      abandonedOutputIds: outputIds.filter((_, index) => outcomes[index] === 'not_running'),
    };
  };
}

async function cancelWorkflow(
  client: Client,
  workflowId: string,
  by: CancelRequest['by'],
): Promise<CancelOutcome> {
  try {
    const handle = client.workflow.getHandle(workflowId);
    const answer = await callWithin(client, SIGNAL_TIMEOUT_MS, async () => {
      await handle.signal(cancelSignal, { by });
      await handle.cancel();
    });
    return answer === TIMED_OUT ? 'unavailable' : 'requested';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'not_running';
    if (isTemporalAway(error)) return 'unavailable';
    throw error;
  }
}
