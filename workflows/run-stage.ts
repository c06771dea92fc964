import { condition, log, sleep, upsertSearchAttributes } from '@temporalio/workflow';
import type { MadePart } from '../activities/make-part.ts';
import type { Submission } from '../activities/submit.ts';
import { attemptOf, stagesOf, type Attempt, type OutputPlan } from '../domain/output-plan.ts';
import { afterFailedRun, afterRejection } from '../domain/rejections.ts';
import { FINAL_STAGE, type StagePart } from '../domain/stages.ts';
import type { ProviderSteps } from './activity-proxies.ts';
import type { FinalCollected, Production } from './production.ts';
import { showStanding } from './show-standing.ts';
import { expectStart, followUnlessReplaced } from './support-control.ts';

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
): Promise<FinalCollected> {
  const { maxAttempts } = production.plan;
  const isFinal = part.stage.name === FINAL_STAGE;
  let replaced = 0; // The limit of attempts is that of one run: support may ask for another.
  for (let number = 1; ; number++) {
    const attempt = attemptOf(production.plan, number, part);
    expectStart(production.control, production.plan.times.startDeadlineSeconds);
    const made = await makeAttempt(production, steps, attempt, part);
    switch (made.outcome) {
      case 'collected':
        return made;
      case 'failed':
      case 'rejected': {
        const then =
          made.outcome === 'failed'
            ? afterFailedRun(made, { isFinal, number: number - replaced, maxAttempts })
            : afterRejection(made.errorClass, number - replaced, maxAttempts);
        if (then.next === 'fail') return { outcome: 'failed', code: then.code };
        const pauseMs = (made.outcome === 'rejected' ? made.retryAfterMs : null) ?? RESUBMIT_AFTER_MS;
        await sleep(pauseMs, { summary: `before ${part.stage.name}, attempt ${String(number + 1)}` });
        break;
      }
      case 'replaced':
        forget(production, attempt);
        stopReplaced(steps, attempt);
        replaced = number;
        break;
      case 'fenced':
        // The reservation ended elsewhere (the reconciler, support): settling will tell how.
        return { outcome: 'failed', code: 'terminated' };
    }
  }
}

/** One attempt from its submission to its end, unless support puts another in its place. */
async function makeAttempt(
  production: Production,
  steps: ProviderSteps,
  attempt: Attempt,
  part: StagePart,
): Promise<Exclude<MadePart, { outcome: 'unknown' }>> {
  const { control } = production;
  const made = await submitAndFindOut(production, steps, attempt, part);
  if (made.outcome !== 'accepted') return made;
  const accepted = { attempt, providerJobId: made.providerJobId };
  production.providerJobs.set(attempt.reference, made.providerJobId);
  if (part.stage.name === FINAL_STAGE) production.deliverable = accepted;
  return followUnlessReplaced(control, attempt, () => {
    showStanding(production);
    return steps.follow.collect.executeWithOptions({ summary: summaryOf(attempt) }, [
      attempt,
      made.providerJobId,
    ]);
  });
}

/** Submits, and where nobody knows what came of it, asks until somebody does: the provider, or support. */
async function submitAndFindOut(
  production: Production,
  steps: ProviderSteps,
  attempt: Attempt,
  part: StagePart,
): Promise<Exclude<Submission | MadePart, { outcome: 'unknown' }>> {
  const { plan, control } = production;
  const { reference } = attempt;
  const summary = summaryOf(attempt);
  const made = isWatched(plan, part)
    ? await steps.submit.executeWithOptions({ summary }, [attempt])
    : await followUnlessReplaced(control, attempt, () => {
        showStanding(production);
        return steps.follow.makePart.executeWithOptions({ summary }, [attempt]);
      });
  if (made.outcome !== 'unknown') return made;
  control.unknown.set(reference, attempt);
  showStanding(production);
  // Support finds it by this for as long as it is not known.
  upsertSearchAttributes({ HoldfastUnknownSince: [new Date()] });
  let resolution = await steps.follow.resolve.executeWithOptions({ summary }, [attempt]);
  while (resolution.outcome === 'unresolvable') {
    // Parked, until support, a cancel or the deadline ends it.
    await condition(() => control.resolved.has(reference));
    resolution = await steps.follow.resolve.executeWithOptions({ summary }, [attempt]);
  }
  control.unknown.delete(reference);
  if (control.unknown.size === 0) upsertSearchAttributes({ HoldfastUnknownSince: [] });
  return resolution;
}

/** What Temporal UI shows beside a step. */
function summaryOf({ stage, number, provider }: Attempt): string {
  return `${stage}, attempt ${String(number)}, ${provider}`;
}

/** A replaced attempt delivers nothing. */
function forget(production: Production, { reference }: Attempt): void {
  if (production.deliverable?.attempt.reference === reference) production.deliverable = undefined;
}

/** What it still does is ours to pay, and nobody waits for it. */
function stopReplaced(steps: ProviderSteps, { accountId, outputId, reference }: Attempt): void {
  steps.stopAttempts(accountId, outputId, { cause: 'replaced', reference }).catch((error: unknown) => {
    log.warn('a replaced attempt could not be stopped', { reference, error });
  });
}

/**
 * Whether somebody waits for the moment at which it is accepted: the start deadline watches the first stage, and a cancel
 * that comes too late is told what to collect by the last. The others are submitted and followed in one step.
 */
function isWatched(plan: OutputPlan, { stage }: StagePart): boolean {
  return stage.name === FINAL_STAGE || stage.name === stagesOf(plan)[0].name;
}
