import { CancellationScope, isCancellation, log, setHandler } from '@temporalio/workflow';
import type { Ending } from '../activities/settle.ts';
import type { OutputPlan } from '../domain/output-plan.ts';
import { providerSteps, type ProviderSteps } from './activity-proxies.ts';
import { endAfterInterruption } from './interruption.ts';
import { cancelSignal } from './messages.ts';
import { endingOf, type Production } from './production.ts';
import { runStages } from './run-stages.ts';
import { watchDeadlines } from './watch-deadlines.ts';

/**
 * Produces the output, or ends it early: at a deadline, or when somebody cancels. Answers how it is to be settled and
 * never throws; what it cannot make sense of ends as `internal`, with the credits returned.
 */
export async function produceOutput(plan: OutputPlan): Promise<Ending> {
  const production: Production = {
    plan,
    interruption: undefined,
    isStuck: false,
    unknown: new Set(),
    started: undefined,
    deliverable: undefined,
    canceledBy: undefined,
  };
  setHandler(cancelSignal, (request) => {
    production.canceledBy ??= request.by;
  });
  const steps = providerSteps({
    heartbeatTimeoutSeconds: plan.heartbeatTimeoutSeconds,
    deadlineSeconds: plan.times.deadlineSeconds,
  });

  const work = new CancellationScope();
  const watch = watchDeadlines(production, (interruption) => {
    production.interruption ??= interruption;
    work.cancel();
  });
  try {
    const ending = await work.run(() => make(production, steps));
    if (production.interruption === undefined) return ending;
  } catch (error) {
    // Once canceled, a step is not tried again: its own failure then says no more than that it was stopped.
    if (!isCancellation(error) && !CancellationScope.current().consideredCancelled) {
      log.error('production failed', { error });
      production.interruption ??= 'internal';
    }
  } finally {
    watch.cancel();
  }
  return CancellationScope.nonCancellable(() => endAfterInterruption(production, steps));
}

/** First the pictures that the work refers to are brought into our store, then the work is made. */
async function make(production: Production, steps: ProviderSteps): Promise<Ending> {
  const { accountId, jobId, outputId, hasReferenceAssets } = production.plan;
  if (hasReferenceAssets === true) {
    const kept = await steps.keepReferences({ accountId, jobId, outputId });
    if (kept.outcome === 'refused') return { charge: false, failure: kept.failure };
  }
  return endingOf(await runStages(production, steps));
}
