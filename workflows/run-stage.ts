import { condition, sleep } from '@temporalio/workflow';
import type { Collected } from '../activities/collect.ts';
import type { MadePart } from '../activities/make-part.ts';
import type { Submission } from '../activities/submit.ts';
import { attemptOf, stagesOf, type Attempt, type OutputPlan } from '../domain/output-plan.ts';
import { afterFailedRun, afterRejection } from '../domain/rejections.ts';
import { FINAL_STAGE, type StagePart } from '../domain/stages.ts';
import type { ProviderSteps } from './activity-proxies.ts';
import type { Production } from './production.ts';

/** Between two submissions, where the provider names no time. */
const RESUBMIT_AFTER_MS = 1_000;

/**
 * Makes one part of a stage: submits until one submission is accepted or no further one is allowed, and follows it to its
 * end. What was made before is found by its attempt row, so whoever starts over comes through here at no cost.
 */
export async function runStage(
  production: Production,
  steps: ProviderSteps,
  part: StagePart,
): Promise<Collected> {
  const { plan } = production;
  const isFinal = part.stage.name === FINAL_STAGE;
  for (let number = 1; ; number++) {
    const attempt = attemptOf(plan, number, part);
    let made = await submit(production, steps, attempt, part);
    if (made.outcome === 'accepted') {
      production.started ??= { attempt, providerJobId: made.providerJobId };
      if (isFinal) production.deliverable = { attempt, providerJobId: made.providerJobId };
      made = await steps.follow.collect(attempt, made.providerJobId);
    }
    switch (made.outcome) {
      case 'collected':
        return made;
      case 'failed':
      case 'rejected': {
        const then =
          made.outcome === 'failed'
            ? afterFailedRun(made, { isFinal, number, maxAttempts: plan.maxAttempts })
            : afterRejection(made.errorClass, number, plan.maxAttempts);
        if (then.next === 'fail') return { outcome: 'failed', code: then.code };
        await sleep((made.outcome === 'rejected' ? made.retryAfterMs : null) ?? RESUBMIT_AFTER_MS);
        break;
      }
      case 'fenced':
        // The reservation ended elsewhere (the reconciler, support): settling will tell how.
        return { outcome: 'failed', code: 'terminated' };
    }
  }
}

/** Submits an attempt and finds out what became of it, however long that takes. */
async function submit(
  production: Production,
  steps: ProviderSteps,
  attempt: Attempt,
  part: StagePart,
): Promise<Exclude<Submission, { outcome: 'unknown' }> | Collected> {
  const submission: Submission | MadePart = isWatched(production.plan, part)
    ? await steps.submit(attempt)
    : await steps.follow.makePart(attempt);
  if (submission.outcome !== 'unknown') return submission;

  production.unknown.add(attempt.reference);
  const resolution = await steps.follow.resolve(attempt);
  if (resolution.outcome === 'unresolvable') {
    await condition(() => false); // parked, until support, a cancel or the deadline ends it
    return { outcome: 'fenced' };
  }
  production.unknown.delete(attempt.reference);
  return resolution;
}

/**
 * Whether somebody waits for the moment at which it is accepted: the start deadline watches the first stage, and a cancel
 * that comes too late is told what to collect by the last. The others are submitted and followed in one step.
 */
function isWatched(plan: OutputPlan, { stage }: StagePart): boolean {
  return stage.name === FINAL_STAGE || stage.name === stagesOf(plan)[0].name;
}
