import { upsertSearchAttributes } from '@temporalio/workflow';
import type { OutputBeginning } from '../../activities/admission/plan-begun-output.ts';
import { localActivities } from '../activity-proxies.ts';
import type { OutputStart } from '../../contract/workflow-messages.ts';

/** Begins one output of a job with several. A cancel finds either an output that runs or one that has ended. */
export async function beginOutput(start: OutputStart): Promise<OutputBeginning> {
  const begun = await localActivities.beginOutput(start);
  upsertSearchAttributes({
    HoldfastAccount: [start.accountId],
    ...(begun.next === 'run' && {
      HoldfastKind: [begun.plan.kind],
      HoldfastProvider: [begun.plan.provider],
      HoldfastCredits: [begun.plan.credits],
    }),
  });
  return begun;
}
