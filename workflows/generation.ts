import { either } from '../domain/parse-value.ts';
import { admitJob } from './admit-job.ts';
import { closeWorkflow } from './close-workflow.ts';
import { parseStart } from './handle-message.ts';
import { generationStart, outputStart } from './message-parsers.ts';
import type { GenerationResult, GenerationStart, OutputStart } from './messages.ts';
import { produceOutput } from './produce-output.ts';
import { settleOutput } from './settle-output.ts';
import { takeUpOutput } from './take-up-output.ts';
import { untilHandlersFinish } from './until-handlers-finish.ts';

/**
 * One output, admitted, produced, and settled exactly once.
 *
 * admit    store the request, reserve its credits (the way back is registered before); or take up an output of a batch,
 *          whose credits are reserved already
 * produce  submit at most once, follow it to its end, bring the result into our store; or be interrupted
 * settle   charge what was delivered, or return the credits
 */
export async function generation(started: GenerationStart | OutputStart): Promise<GenerationResult> {
  const start = parseStart(either(outputStart, generationStart), started);
  const begun = 'request' in start ? await admitJob(start) : await takeUpOutput(start);
  if (begun.next === 'close') return begun.result;
  if (begun.next === 'follow') return closeWorkflow(await settleOutput(begun.key, begun.ending));

  const ending = await produceOutput(begun.plan);
  const settled = await settleOutput(begun.plan, ending);
  await untilHandlersFinish();
  return closeWorkflow(settled);
}
