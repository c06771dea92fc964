import { CancellationScope, condition, isCancellation, log, setHandler, sleep } from '@temporalio/workflow';
import type { Collected } from '../activities/collect.ts';
import type { Ending } from '../activities/settle.ts';
import { attemptOf, type OutputPlan } from '../domain/output-plan.ts';
import { afterRejection } from '../domain/rejections.ts';
import { providerSteps } from './activity-proxies.ts';
import { endAfterInterruption } from './interruption.ts';
import { cancelSignal } from './messages.ts';
import { endingOf, type Production } from './production.ts';
import { watchDeadlines } from './watch-deadlines.ts';

type Steps = ReturnType<typeof providerSteps>;

/**
 * Produces the output, or ends it early: at a deadline, or when somebody cancels. Answers how it is to be settled and
 * never throws; what it cannot make sense of ends as `internal`, with the credits returned.
 */
export async function produceOutput(plan: OutputPlan): Promise<Ending> {
  const production: Production = {
    plan,
    interruption: undefined,
    isStuck: false,
    isUnknown: false,
    accepted: undefined,
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
async function submitAndCollect(production: Production, steps: Steps): Promise<Collected> {
  const { plan } = production;
  for (let number = 1; ; number++) {
    const attempt = attemptOf(plan, number);
    let submission: Awaited<ReturnType<typeof steps.follow.resolve>> | { outcome: 'unknown' } =
      await steps.submit(attempt);
    if (submission.outcome === 'unknown') {
      production.isUnknown = true;
      submission = await steps.follow.resolve(attempt);
    }
    switch (submission.outcome) {
      case 'accepted':
        production.isUnknown = false;
        production.accepted = { attempt, providerJobId: submission.providerJobId };
        return steps.follow.collect(attempt, submission.providerJobId);
      case 'rejected': {
        production.isUnknown = false;
        const then = afterRejection(submission.errorClass, number, plan.maxAttempts);
        if (then.next === 'fail') return { outcome: 'failed', code: then.code };
        await sleep(submission.retryAfterMs ?? RESUBMIT_AFTER_MS);
        break;
      }
      case 'fenced':
        // The reservation ended elsewhere (the reconciler, support): settling will tell how.
        return { outcome: 'failed', code: 'terminated' };
      case 'unresolvable':
        await condition(() => false); // parked, until support, a cancel or the deadline ends it
    }
  }
}

/** Between two submissions, where the provider names no time. */
const RESUBMIT_AFTER_MS = 1_000;
