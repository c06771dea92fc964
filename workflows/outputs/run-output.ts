import { CancellationScope, isCancellation, log } from '@temporalio/workflow';
import type { Ending } from '../../activities/settlement/settle.ts';
import type { OutputPlan } from '../../domain/output-plan.ts';
import { providerSteps, type ProviderSteps } from '../activity-proxies.ts';
import { handleSignal } from '../messages/handle-message.ts';
import { endAfterInterruption } from './end-after-interruption.ts';
import { cancelRequest } from '../messages/message-parsers.ts';
import { cancelSignal } from '../../contract/workflow-messages.ts';
import { beginProduction, endingOf, type Production } from './output-run.ts';
import { runStages } from './run-stages.ts';
import { answerStanding, showStanding } from './show-status.ts';
import { listenToSupport } from '../support/handle-support-updates.ts';
import { watchDeadlines } from './watch-deadlines.ts';

/**
 * Produces the output, or ends it early: at a deadline, or when somebody cancels. Answers how it is to be settled and
 * never throws; what it cannot make sense of ends as `internal`, with the credits returned.
 */
export async function produceOutput(plan: OutputPlan): Promise<Ending> {
  const production = beginProduction(plan);
  handleSignal(cancelSignal, cancelRequest, ({ by }) => {
    production.canceledBy ??= by;
  });
  listenToSupport(production);
  answerStanding(production);
  const steps = providerSteps({
    heartbeatTimeoutSeconds: plan.heartbeatTimeoutSeconds,
    deadlineSeconds: plan.times.deadlineSeconds,
  });
  for (;;) {
    const ending = await produceUntilInterrupted(production, steps);
    if (ending !== 'revoked') {
      production.isOver = true;
      showStanding(production);
      return ending;
    }
    // Once more, after a deadline that support had moved when it was acted on: every step finds how far it was.
    production.interruption = undefined;
  }
}

async function produceUntilInterrupted(
  production: Production,
  steps: ProviderSteps,
): Promise<Ending | 'revoked'> {
  const work = new CancellationScope();
  production.interrupt = (interruption) => {
    production.interruption ??= interruption;
    showStanding(production);
    work.cancel();
  };
  const watch = watchDeadlines(production, production.interrupt);
  try {
    const ending = await work.run(() => make(production, steps));
    if (production.interruption === undefined) {
      watch.end();
      return ending;
    }
  } catch (error) {
    // Once canceled, a step is not tried again: its own failure then says no more than that it was stopped.
    if (!isCancellation(error) && !work.consideredCancelled) {
      log.error('production failed', { error });
      production.interruption ??= 'internal';
    }
  }
  watch.cancel();
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
