import {
  allHandlersFinished,
  condition,
  defineUpdate,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
} from '@temporalio/workflow';
import type { BareActivities } from './bare-activities.ts';

/** The cost of Temporal alone: workflows of our shapes with nothing in them. */

const { step } = proxyActivities<BareActivities>({ startToCloseTimeout: '10 seconds' });
const { nothing } = proxyLocalActivities<BareActivities>({ startToCloseTimeout: '10 seconds' });

/** The smallest workflow that makes a job at all: one ordinary activity, as a successful job has. */
export async function bareJob(): Promise<void> {
  await step();
}

export const bareAdmit = defineUpdate<string>('admit');

/** An update-with-start answered by an empty local activity. */
export async function bareSubmission(): Promise<void> {
  const state = { isAdmitted: false };
  setHandler(bareAdmit, async () => {
    await condition(() => state.isAdmitted);
    return 'reserved';
  });
  await nothing();
  state.isAdmitted = true;
  await condition(allHandlersFinished);
}
