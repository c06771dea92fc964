import { CancellationScope, upsertSearchAttributes } from '@temporalio/workflow';
import type { TakenUp } from '../../activities/admission/plan-begun-output.ts';
import { quick } from '../activity-proxies.ts';
import type { OutputStart } from '../../contract/workflow-messages.ts';

/** Begins one output of a job with several. Not cancellable: a cancel finds either an output that runs or one that has ended. */
export async function takeUpOutput(start: OutputStart): Promise<TakenUp> {
  const taken = await CancellationScope.nonCancellable(() => quick.takeUpOutput(start));
  upsertSearchAttributes({
    HoldfastAccount: [start.accountId],
    HoldfastState: ['running'],
    ...(taken.next === 'produce' && {
      HoldfastKind: [taken.plan.kind],
      HoldfastProvider: [taken.plan.provider],
      HoldfastCredits: [taken.plan.credits],
    }),
  });
  return taken;
}
