import { CancellationScope, isCancellation, log } from '@temporalio/workflow';
import { stagesOf } from '../../domain/work/output-plan.ts';
import { partsOf, type Stage, type StagePart } from '../../domain/work/stages.ts';
import type { ProviderSteps } from '../activity-proxies.ts';
import type { MadeOrFailed, OutputRun } from './output-run.ts';
import { runPart } from './run-part.ts';

/** Runs the stages of an output in order, the parts of a stage side by side. Ends with the first failure. */
export async function runStages(run: OutputRun, steps: ProviderSteps): Promise<MadeOrFailed> {
  for (const stage of stagesOf(run.plan)) {
    const made = await runStage(run, steps, stage);
    if (made.outcome === 'failed') return made;
  }
  return { outcome: 'made' };
}

function runStage(run: OutputRun, steps: ProviderSteps, stage: Stage): Promise<MadeOrFailed> {
  const parts = partsOf(stage);
  const [first] = parts;
  return first !== undefined && parts.length === 1
    ? runPart(run, steps, first)
    : runSideBySide(run, steps, parts);
}

async function runSideBySide(
  run: OutputRun,
  steps: ProviderSteps,
  parts: readonly StagePart[],
): Promise<MadeOrFailed> {
  const scope = new CancellationScope();
  let failed: MadeOrFailed | undefined;
  const runOne = async (part: StagePart): Promise<void> => {
    try {
      const made = await runPart(run, steps, part);
      if (made.outcome === 'made') return;
      failed ??= made;
    } catch (error) {
      // A part that was canceled because another failed has nothing to add.
      if (failed === undefined) throw error;
    } finally {
      if (failed !== undefined) scope.cancel();
    }
  };
  await scope.run(async () => {
    const runs = parts.map(runOne);
    for (const each of runs) {
      each.catch(() => {
        scope.cancel();
      });
    }
    // Every part has ended before the provider is told to stop, so none submits afterwards.
    await Promise.allSettled(runs);
    await Promise.all(runs);
  });
  if (failed === undefined) return { outcome: 'made' };
  await stopOtherParts(run, steps);
  return failed;
}

/** The output has failed, and its other parts still run at our cost. */
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
