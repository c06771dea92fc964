import type { Client } from '@temporalio/client';
import { clockAskedSignal } from '../contract/workflow-messages.ts';
import { ADVANCE_CLOCK_WORKFLOW, clockWorkflowIdOf } from '../domain/work/workflow-names.ts';
import { callWithin, TIMED_OUT } from './bounded-call.ts';
import { isTemporalAway } from './temporal-trouble.ts';

const START_TIMEOUT_MS = 5_000;

/**
 * Starts what PostgreSQL has recorded. 'unavailable': Temporal did not respond; credit maintenance does it at its next
 * run.
 */
export type AdvanceClock = (accountId: string) => Promise<'started' | 'unavailable'>;

/** Starts the workflow that moves a test account's clock, or signals the one that runs. */
export function createAdvanceClock(client: Client, taskQueue: string): AdvanceClock {
  return async (accountId) => {
    try {
      const answer = await callWithin(client, START_TIMEOUT_MS, () =>
        client.workflow.signalWithStart(ADVANCE_CLOCK_WORKFLOW, {
          workflowId: clockWorkflowIdOf(accountId),
          taskQueue,
          args: [accountId],
          signal: clockAskedSignal,
          staticSummary: 'Moves the clock of a test account on',
        }),
      );
      return answer === TIMED_OUT ? 'unavailable' : 'started';
    } catch (error) {
      if (isTemporalAway(error)) return 'unavailable';
      throw error;
    }
  };
}
