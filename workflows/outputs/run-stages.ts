import { CancellationScope, isCancellation, log } from '@temporalio/workflow';
import { stagesOf } from '../../domain/work/output-plan.ts';
import { partsOf, type Stage, type StagePart } from '../../domain/work/stages.ts';
import type { ProviderSteps } from '../activity-proxies.ts';
import type { Made, OutputRun } from './output-run.ts';
import { runStage } from './run-stage.ts';

/** Goes through the stages of an output: the parts of one side by side, then the next. Ends with the first that fails. */
export async function runStages(run: OutputRun, steps: ProviderSteps): Promise<Made> {
  for (const stage of stagesOf(run.plan)) {
    const made = await runParts(run, steps, stage);
    if (made.outcome === 'failed') return made;
  }
  return { outcome: 'made' };
}

function runParts(run: OutputRun, steps: ProviderSteps, stage: Stage): Promise<Made> {
  const parts = partsOf(stage);
  const [first] = parts;
  return first !== undefined && parts.length === 1
    ? runStage(run, steps, first)
    : runSideBySide(run, steps, parts);
}

async function runSideBySide(
  run: OutputRun,
  steps: ProviderSteps,
  parts: readonly StagePart[],
): Promise<Made> {
  const scope = new CancellationScope();
  let failed: Made | undefined;
  const runPart = async (part: StagePart): Promise<void> => {
    try {
      const made = await runStage(run, steps, part);
      if (made.outcome === 'made') return;
      failed ??= made;
    } catch (error) {
      // One that was called off because another has failed says no more than that.
      if (failed === undefined) throw error;
    } finally {
      if (failed !== undefined) scope.cancel();
    }
  };
  await scope.run(async () => {
    const runs = parts.map(runPart);
    for (const each of runs) {
      each.catch(() => {
        scope.cancel();
      });
    }
    // All have come to rest before what runs at the provider is stopped: none submits behind our back.
    await Promise.allSettled(runs);
    await Promise.all(runs);
  });
  if (failed === undefined) return { outcome: 'made' };
  await stopOtherParts(run, steps);
  return failed;
}

/** The output has failed: what its other parts still do at the provider is ours to pay. */
async function stopOtherParts({ plan }: OutputRun, steps: ProviderSteps): Promise<void> {
  try {
    await steps.stopAttempts(plan.accountId, plan.outputId);
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.warn('the attempts of an output could not be stopped; the reconciler asks their provider again', {
      outputId: plan.outputId,
      error,
    });
  }
}
