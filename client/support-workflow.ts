import { WorkflowNotFoundError, WorkflowUpdateFailedError, type Client } from '@temporalio/client';
import type { SupportNews } from '../domain/support-command.ts';
import { resolveUpdate, supportSignal, type ResolveRequest } from '../contract/workflow-messages.ts';
import { callWithin, TIMED_OUT } from './bounded-call.ts';
import { isTemporalAway } from './temporal-trouble.ts';

const SIGNAL_TIMEOUT_MS = 5_000;

/** With the provider's look-up (5 s) in it, and within the time an answer may take. */
const UPDATE_TIMEOUT_MS = 10_000;

/** 'told' or 'running': it is there. 'not_running': there is none, or it has closed. 'unavailable': nobody answered. */
type Reached<Answer> = Answer | 'not_running' | 'unavailable';

/** A job's workflows, as the commands of support reach them. Which job is whose the caller has checked. */
export type SupportWorkflows = {
  readonly isRunning: (workflowId: string) => Promise<Reached<'running'>>;
  /** Of what was done in PostgreSQL. Telling twice is telling once. */
  readonly tell: (workflowId: string, news: SupportNews) => Promise<Reached<'told'>>;
  /** Has a worker look at the provider and resolve; the answer stands in PostgreSQL, under the request's key. */
  readonly resolve: (
    workflowId: string,
    updateId: string,
    request: ResolveRequest,
  ) => Promise<Reached<'answered'>>;
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
    tell: (workflowId, news) =>
      reach(SIGNAL_TIMEOUT_MS, async () => {
        await client.workflow.getHandle(workflowId).signal(supportSignal, news);
        return 'told';
      }),
    resolve: (workflowId, updateId, request) =>
      reach(UPDATE_TIMEOUT_MS, async () => {
        const handle = client.workflow.getHandle(workflowId);
        try {
          await handle.executeUpdate(resolveUpdate, { updateId, args: [request] });
        } catch (error) {
          // Refused, by the workflow or by PostgreSQL: which, and why, PostgreSQL tells whoever asks it under the key.
          if (!(error instanceof WorkflowUpdateFailedError)) throw error;
        }
        return 'answered';
      }),
  };
}
