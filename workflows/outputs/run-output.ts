import { CancellationScope, isCancellation, log } from '@temporalio/workflow';
import type { Ending } from '../../activities/settlement/settle.ts';
import type { OutputPlan } from '../../domain/work/output-plan.ts';
import { providerSteps, type ProviderSteps } from '../activity-proxies.ts';
import { handleSignal } from '../messages/handle-message.ts';
import { endAfterInterruption } from './end-after-interruption.ts';
import { cancelRequest } from '../messages/message-parsers.ts';
import { cancelSignal } from '../../contract/workflow-messages.ts';
import { createOutputRun, endingOf, type OutputRun } from './output-run.ts';
import { runStages } from './run-stages.ts';
import { handleStatusQuery, showStatus } from './show-status.ts';
import { expectStart, forgetUnknown } from '../support/support-control.ts';
import { handleSupportUpdates } from '../support/handle-support-updates.ts';
import { watchDeadlines } from './watch-deadlines.ts';

const NOTHING_TO_KEEP = { outcome: 'kept' } as const;

/**
 * Runs an output to its end, or until a deadline or a cancel ends it. Returns how it is settled and never throws: an
 * unexpected error ends it as `internal`, with the credits returned.
 * @param cancellable the scope whose cancel ends the run: the workflow's own. The caller itself is not cancellable.
 */
export async function runOutput(plan: OutputPlan, cancellable: CancellationScope): Promise<Ending> {
  const run = createOutputRun(plan);
  handleSignal(cancelSignal, cancelRequest, ({ by }) => {
    run.canceledBy ??= by;
  });
  handleSupportUpdates(run);
  handleStatusQuery(run);
  const steps = providerSteps({
    heartbeatTimeoutSeconds: plan.heartbeatTimeoutSeconds,
    deadlineSeconds: plan.times.deadlineSeconds,
  });
  for (;;) {
    const scope = new CancellationScope({ parent: cancellable, cancellable: true });
    const ending = await runUntilInterrupted(run, steps, scope);
    if (ending !== 'revoked') {
      run.isOver = true;
      showStatus(run);
      return ending;
    }
    // Support had moved the deadline before it was acted on: run again. Each step finds how far it was.
    run.interruption = undefined;
    forgetUnknown(run.control);
  }
}

async function runUntilInterrupted(
  run: OutputRun,
  steps: ProviderSteps,
  scope: CancellationScope,
): Promise<Ending | 'revoked'> {
  run.interrupt = (interruption) => {
    run.interruption ??= interruption;
    showStatus(run);
    scope.cancel();
  };
  try {
    const ending = await scope.run(() => runWork(run, steps));
    if (run.interruption === undefined) return ending;
  } catch (error) {
    // A canceled step is not retried: its failure says no more than that it was stopped.
    if (!isCancellation(error) && !scope.consideredCancelled) {
      log.error('an output failed with an unexpected error; its credits return', {
        outputId: run.plan.outputId,
        error,
      });
      run.interruption ??= 'internal';
    }
  }
  scope.cancel();
  return endAfterInterruption(run, steps);
}

/** Brings the pictures of the brief into our store, then makes the output, while its deadlines are watched. */
async function runWork(run: OutputRun, steps: ProviderSteps): Promise<Ending> {
  const { accountId, jobId, outputId, hasReferenceAssets, times } = run.plan;
  const isSubmittedFirst = hasReferenceAssets !== true;
  // Set before the watch begins, so that it begins with one timer.
  if (isSubmittedFirst) expectStart(run.control, times.startDeadlineSeconds);
  const watch = watchDeadlines(run);
  const kept = isSubmittedFirst
    ? NOTHING_TO_KEEP
    : await steps.keepReferences({ accountId, jobId, outputId });
  const ending: Ending =
    kept.outcome === 'refused'
      ? { charge: false, failure: kept.failure }
      : endingOf(await runStages(run, steps));
  watch.end();
  return ending;
}
