import type { Client } from '@temporalio/client';
import { clockAskedSignal } from '../contract/workflow-messages.ts';
import { ADVANCE_CLOCK_WORKFLOW, clockWorkflowIdOf } from '../domain/work/workflow-names.ts';
import { callWithin, TIMED_OUT } from './bounded-call.ts';
import { isTemporalAway } from './temporal-trouble.ts';

const START_TIMEOUT_MS = 5_000;

/** Has what PostgreSQL was asked done at once. 'unavailable': Temporal did not respond; the credit maintenance does it at its next run. */
export type AdvanceClock = (accountId: string) => Promise<'started' | 'unavailable'>;

/** Starts the workflow that moves the clock of a test account, or wakes the one that is at it. */
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
