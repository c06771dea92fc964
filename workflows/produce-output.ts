import { CancellationScope, condition, isCancellation, log, setHandler, sleep } from '@temporalio/workflow';
import type { Resolution } from '../activities/resolve.ts';
import type { Ending } from '../activities/settle.ts';
import type { Submission } from '../activities/submit.ts';
import { attemptOf, type Attempt, type OutputPlan } from '../domain/output-plan.ts';
import { afterRejection } from '../domain/rejections.ts';
import { providerSteps } from './activity-proxies.ts';
import { endAfterInterruption } from './interruption.ts';
import { cancelSignal } from './messages.ts';
import { beginProduction, endingOf, type FinalCollected, type Production } from './production.ts';
import { followUnlessReplaced } from './support-control.ts';
import { listenToSupport } from './support-updates.ts';
import { watchDeadlines } from './watch-deadlines.ts';

type Steps = ReturnType<typeof providerSteps>;

/**
 * Produces the output, or ends it early: at a deadline, or when somebody cancels. Answers how it is to be settled and
 * never throws; what it cannot make sense of ends as `internal`, with the credits returned.
 */
export async function produceOutput(plan: OutputPlan): Promise<Ending> {
  const production = beginProduction(plan);
  setHandler(cancelSignal, (request) => {
    production.canceledBy ??= request.by;
  });
  listenToSupport(production);
  const steps = providerSteps({
    heartbeatTimeoutSeconds: plan.heartbeatTimeoutSeconds,
    deadlineSeconds: plan.times.deadlineSeconds,
  });
  for (;;) {
    const ending = await produceUntilInterrupted(production, steps);
    if (ending !== 'revoked') {
      production.isOver = true;
      return ending;
    }
    // Once more, after a deadline that support had moved when it was acted on: every step finds how far it was.
    production.interruption = undefined;
  }
}

async function produceUntilInterrupted(production: Production, steps: Steps): Promise<Ending | 'revoked'> {
  const work = new CancellationScope();
  production.interrupt = (interruption) => {
    production.interruption ??= interruption;
    work.cancel();
  };
  const watch = watchDeadlines(production, production.interrupt);
  try {
    const collected = await work.run(() => submitAndCollect(production, steps));
    if (production.interruption === undefined) return endingOf(collected);
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

/** Submits until one submission is accepted or no further one is allowed, then follows it to its end. */
async function submitAndCollect(production: Production, steps: Steps): Promise<FinalCollected> {
  const { plan, control } = production;
  let replaced = 0; // The limit of attempts is that of one run: support may ask for another.
  for (let number = 1; ; number++) {
    const attempt = attemptOf(plan, number);
    const submission = await submitAndFindOut(production, steps, attempt);
    switch (submission.outcome) {
      case 'accepted': {
        production.accepted = { attempt, providerJobId: submission.providerJobId };
        const collected = await followUnlessReplaced(control, attempt, () =>
          steps.follow.collect(attempt, submission.providerJobId),
        );
        if (collected.outcome !== 'replaced') return collected;
        production.accepted = undefined;
        stopReplaced(steps, attempt);
        replaced = number;
        break;
      }
      case 'rejected': {
        const then = afterRejection(submission.errorClass, number - replaced, plan.maxAttempts);
        if (then.next === 'fail') return { outcome: 'failed', code: then.code };
        await sleep(submission.retryAfterMs ?? RESUBMIT_AFTER_MS);
        break;
      }
      case 'replaced':
        replaced = number;
        break;
      case 'fenced':
        // The reservation ended elsewhere (the reconciler, support): settling will tell how.
        return { outcome: 'failed', code: 'terminated' };
    }
  }
}

/** Submits, and where nobody knows what came of it, asks until somebody does: the provider, or support. */
async function submitAndFindOut(production: Production, steps: Steps, attempt: Attempt) {
  const { control } = production;
  const { reference } = attempt;
  let submission: Submission | Resolution = await steps.submit(attempt);
  while (submission.outcome === 'unknown' || submission.outcome === 'unresolvable') {
    production.isUnknown = true;
    control.unknown.add(reference);
    // Parked, until support, a cancel or the deadline ends it.
    if (submission.outcome === 'unresolvable') await condition(() => control.resolved.has(reference));
    submission = await steps.follow.resolve(attempt);
  }
  control.unknown.delete(reference);
  production.isUnknown = control.unknown.size > 0;
  return submission;
}

/** What it still does is ours to pay, and nobody waits for it. */
function stopReplaced(steps: Steps, { accountId, outputId, reference }: Attempt): void {
  steps.stopAttempts(accountId, outputId, { cause: 'replaced', reference }).catch((error: unknown) => {
    log.warn('a replaced attempt could not be stopped', { reference, error });
  });
}

/** Between two submissions, where the provider names no time. */
const RESUBMIT_AFTER_MS = 1_000;
