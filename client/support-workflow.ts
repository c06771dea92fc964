import {
  ApplicationFailure,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  type Client,
} from '@temporalio/client';
import type { CommandAnswer, SupportCommandName, SupportCommandOf } from '../contract/support-command.ts';
import { commandAppliedSignal, resolveUpdate } from '../contract/workflow-messages.ts';
import { isSupportRefusal } from '../domain/support/support-rules.ts';
import { callWithin, TIMED_OUT } from './bounded-call.ts';
import { isTemporalAway } from './temporal-trouble.ts';

const SIGNAL_TIMEOUT_MS = 5_000;

/** Includes the provider's look-up (5 s), and fits the time that a response may take. */
const UPDATE_TIMEOUT_MS = 10_000;

/**
 * 'told', 'running': the workflow exists. 'not_running': it does not, or has closed. 'unavailable': Temporal did not
 * respond.
 */
type Reached<Answer> = Answer | 'not_running' | 'unavailable';

/** Sends support commands to a job's workflow. The caller has checked whose job it is. */
export type SupportWorkflows = {
  readonly isRunning: (workflowId: string) => Promise<Reached<'running'>>;
  /** Tells the workflow what was applied in PostgreSQL. A repeat changes nothing. */
  readonly tell: (workflowId: string, command: SupportCommandName) => Promise<Reached<'told'>>;
  /**
   * Lets the workflow ask the provider and apply the command. 'failed': neither applied nor refused, and the key is
   * unused.
   */
  readonly resolve: (
    workflowId: string,
    updateId: string,
    command: SupportCommandOf<'resolve'>,
  ) => Promise<Reached<CommandAnswer | 'failed'>>;
};

export function createSupportWorkflows(client: Client): SupportWorkflows {
  const reach = async <Answer>(
    timeoutMs: number,
    call: () => Promise<Reached<Answer>>,
  ): Promise<Reached<Answer>> => {
    try {
      const answer = await callWithin(client, timeoutMs, call);
      return answer === TIMED_OUT ? 'unavailable' : answer;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return 'not_running';
      if (isTemporalAway(error)) return 'unavailable';
      throw error;
    }
  };
  return {
    isRunning: (workflowId) =>
      reach(SIGNAL_TIMEOUT_MS, async () => {
        const { status } = await client.workflow.getHandle(workflowId).describe();
        return status.name === 'RUNNING' || status.name === 'PAUSED' ? 'running' : 'not_running';
      }),
    tell: (workflowId, command) =>
      reach(SIGNAL_TIMEOUT_MS, async () => {
        await client.workflow.getHandle(workflowId).signal(commandAppliedSignal, { command });
        return 'told';
      }),
    resolve: (workflowId, updateId, { command: _command, job_id: _jobId, ...request }) =>
      reach(UPDATE_TIMEOUT_MS, async () => {
        const handle = client.workflow.getHandle(workflowId);
        try {
          return await handle.executeUpdate(resolveUpdate, { updateId, args: [request] });
        } catch (error) {
          if (!(error instanceof WorkflowUpdateFailedError)) throw error;
          return refusalIn(error.cause) ?? 'failed';
        }
      }),
  };
}

/** A refusal, as the failure of the workflow's update has it (workflows/support/handle-support-updates.ts). */
function refusalIn(cause: unknown): CommandAnswer | undefined {
  const reason = cause instanceof ApplicationFailure ? cause.details?.[0] : undefined;
  return isSupportRefusal(reason) ? { outcome: 'refused', reason } : undefined;
}
