import { allHandlersFinished, CancellationScope, condition } from '@temporalio/workflow';
import { admitJob } from './admit-job.ts';
import { closeWorkflow } from './close-workflow.ts';
import type { GenerationResult, GenerationStart } from './messages.ts';
import { produceOutput } from './produce-output.ts';
import { settleOutput } from './settle-output.ts';

/**
 * One output of one job: admitted, produced, and settled exactly once.
 *
 * admit    store the request, reserve its credits (the way back is registered before)
 * produce  submit at most once, follow it to its end, bring the result into our store; or be interrupted
 * settle   charge what was delivered, or return the credits
 */
export async function generation(start: GenerationStart): Promise<GenerationResult> {
  const admitted = await admitJob(start);
  if (admitted.next === 'close') return admitted.result;
  if (admitted.next === 'follow') return closeWorkflow(await settleOutput(admitted.key, admitted.ending));

  const ending = await produceOutput(admitted.plan);
  const settled = await settleOutput(admitted.plan, ending);
  // Whoever of support is being answered hears the answer before it closes.
  await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
  return closeWorkflow(settled);
}
