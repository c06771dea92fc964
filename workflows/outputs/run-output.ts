import { CancellationScope, isCancellation, log } from '@temporalio/workflow';
import type { Ending } from '../../activities/settlement/settle.ts';
import type { OutputPlan } from '../../domain/output-plan.ts';
import { providerSteps, type ProviderSteps } from '../activity-proxies.ts';
import { handleSignal } from '../messages/handle-message.ts';
import { endAfterInterruption } from './end-after-interruption.ts';
import { cancelRequest } from '../messages/message-parsers.ts';
import { cancelSignal } from '../../contract/workflow-messages.ts';
import { createOutputRun, endingOf, type OutputRun } from './output-run.ts';
import { runStages } from './run-stages.ts';
import { handleStatusQuery, showStatus } from './show-status.ts';
import { listenToSupport } from '../support/handle-support-updates.ts';
import { watchDeadlines } from './watch-deadlines.ts';

/**
 * Runs the output to its end, or ends it early: at a deadline, or by a cancel. Returns how it is to be settled and
 * never throws: an unexpected error ends it as `internal`, with the credits returned.
 */
export async function runOutput(plan: OutputPlan): Promise<Ending> {
  const run = createOutputRun(plan);
  handleSignal(cancelSignal, cancelRequest, ({ by }) => {
    run.canceledBy ??= by;
  });
  listenToSupport(run);
  handleStatusQuery(run);
  const steps = providerSteps({
    heartbeatTimeoutSeconds: plan.heartbeatTimeoutSeconds,
    deadlineSeconds: plan.times.deadlineSeconds,
  });
  for (;;) {
    const ending = await runUntilInterrupted(run, steps);
    if (ending !== 'revoked') {
      run.isOver = true;
      showStatus(run);
      return ending;
    }
    // Once more, after a deadline that support had moved when it was acted on: every step finds how far it was.
    run.interruption = undefined;
  }
}

async function runUntilInterrupted(run: OutputRun, steps: ProviderSteps): Promise<Ending | 'revoked'> {
  const work = new CancellationScope();
  run.interrupt = (interruption) => {
    run.interruption ??= interruption;
    showStatus(run);
    work.cancel();
  };
  const watch = watchDeadlines(run, run.interrupt);
  try {
    const ending = await work.run(() => runWork(run, steps));
    if (run.interruption === undefined) {
      watch.end();
      return ending;
    }
  } catch (error) {
    // Once canceled, a step is not tried again: its own failure then says no more than that it was stopped.
    if (!isCancellation(error) && !work.consideredCancelled) {
      log.error('an output failed by a fault of ours; its credits return', {
        outputId: run.plan.outputId,
        error,
      });
      run.interruption ??= 'internal';
    }
  }
  watch.cancel();
  return CancellationScope.nonCancellable(() => endAfterInterruption(run, steps));
}

/** First the pictures that the work refers to are brought into our store, then the work is made. */
async function runWork(run: OutputRun, steps: ProviderSteps): Promise<Ending> {
  const { accountId, jobId, outputId, hasReferenceAssets } = run.plan;
  if (hasReferenceAssets === true) {
    const kept = await steps.keepReferences({ accountId, jobId, outputId });
    if (kept.outcome === 'refused') return { charge: false, failure: kept.failure };
  }
  return endingOf(await runStages(run, steps));
}
