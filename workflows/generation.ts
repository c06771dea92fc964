import { CancellationScope, upsertSearchAttributes } from '@temporalio/workflow';
import { either } from '../domain/parse-value.ts';
import { admitSingleOutput } from './admission/handle-admit-update.ts';
import { closeWorkflow } from './closing/close-workflow.ts';
import { parseStart } from './messages/handle-message.ts';
import { generationStart, outputStart } from './messages/message-parsers.ts';
import type { GenerationResult, GenerationStart, OutputStart } from '../contract/workflow-messages.ts';
import { runOutput } from './outputs/run-output.ts';
import { settleOutput } from './outputs/settle-output.ts';
import { beginOutput } from './admission/begin-output.ts';
import { untilHandlersFinish } from './closing/until-handlers-finish.ts';

/**
 * One output: admitted, run, and settled exactly once.
 *
 * admit    store the request, reserve its credits (the undo is registered before); or begin an output of a batch, whose
 *          credits are reserved already
 * run      submit at most once, follow the run to its end, store the result; or be interrupted
 * settle   charge what was delivered, or return the credits
 *
 * Only the run is cancellable.
 */
export async function generation(started: GenerationStart | OutputStart): Promise<GenerationResult> {
  const start = parseStart(either(outputStart, generationStart), started);
  const cancellable = CancellationScope.current();
  return CancellationScope.nonCancellable(() => admitRunAndSettle(start, cancellable));
}

async function admitRunAndSettle(
  start: GenerationStart | OutputStart,
  cancellable: CancellationScope,
): Promise<GenerationResult> {
  const begun = 'request' in start ? await admitSingleOutput(start) : await beginOutput(start);
  if (begun.next === 'close') {
    upsertSearchAttributes({ HoldfastState: ['refused'] });
    await untilHandlersFinish();
    return begun.result;
  }
  if (begun.next === 'follow') return closeWorkflow(await settleOutput(begun.key, begun.ending));

  const ending = await runOutput(begun.plan, cancellable);
  const settled = await settleOutput(begun.plan, ending);
  await untilHandlersFinish();
  return closeWorkflow(settled);
}
