import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { workflowIdOf } from '../domain/ids.ts';
import { cancelSignal, type CancelRequest } from '../workflows/messages.ts';
import { callWithin, TIMED_OUT } from './bounded-call.ts';
import { isTemporalAway } from './temporal-trouble.ts';

const SIGNAL_TIMEOUT_MS = 5_000;

/** 'requested': the workflow has it. 'not_running': there is none, or it has closed. 'unavailable': nobody answered. */
export type CancelOutcome = 'requested' | 'not_running' | 'unavailable';

export type CancelJob = (jobId: string, by: CancelRequest['by']) => Promise<CancelOutcome>;

/**
 * Asks a job's workflow to cancel: a signal that says who asks (it decides where expired credits go), then Temporal's own
 * cancellation, so that the workflow closes as Canceled. Should we die in between, nothing is cancelled yet. Asking twice
 * is the same as asking once. Whose job it is the caller has checked.
 */
export function createCancelJob(client: Client): CancelJob {
  return async (jobId, by) => {
    try {
      const handle = client.workflow.getHandle(workflowIdOf(jobId));
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
  };
}
