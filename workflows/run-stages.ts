import { CancellationScope, isCancellation, log } from '@temporalio/workflow';
import { stagesOf } from '../domain/output-plan.ts';
import { partsOf, type Stage, type StagePart } from '../domain/stages.ts';
import type { ProviderSteps } from './activity-proxies.ts';
import type { FinalCollected, Production } from './production.ts';
import { runStage } from './run-stage.ts';

/** Goes through the stages of an output: the parts of one side by side, then the next. Ends with the first that fails. */
export async function runStages(production: Production, steps: ProviderSteps): Promise<FinalCollected> {
  for (const stage of stagesOf(production.plan)) {
    const made = await runParts(production, steps, stage);
    if (made.outcome === 'failed') return made;
  }
  return { outcome: 'collected' };
}

async function runParts(production: Production, steps: ProviderSteps, stage: Stage): Promise<FinalCollected> {
  const [first, ...others] = partsOf(stage);
  if (first === undefined) return { outcome: 'collected' };
  if (others.length === 0) return runStage(production, steps, first);

  const scope = new CancellationScope();
  let failed: FinalCollected | undefined;
  const run = async (part: StagePart): Promise<void> => {
    try {
      const made = await runStage(production, steps, part);
      if (made.outcome === 'failed') failed ??= made;
    } catch (error) {
      // One that was called off because another has failed says no more than that.
      if (failed === undefined) throw error;
    } finally {
      if (failed !== undefined) scope.cancel();
    }
  };
  try {
    await scope.run(() => Promise.all([first, ...others].map(run)));
  } catch (error) {
    scope.cancel();
    throw error;
  }
  if (failed === undefined) return { outcome: 'collected' };
  await stopOtherParts(production, steps);
  return failed;
}

/** The output has failed: what its other parts still do at the provider is ours to pay. */
async function stopOtherParts({ plan }: Production, steps: ProviderSteps): Promise<void> {
  try {
    await steps.stopAttempts(plan.accountId, plan.outputId);
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.warn('what runs at the provider could not be stopped', { outputId: plan.outputId, error });
  }
}
