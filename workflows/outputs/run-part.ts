import { condition, log, sleep, upsertSearchAttributes } from '@temporalio/workflow';
import type { AttemptOutcome } from '../../activities/attempts/attempt-outcome.ts';
import { attemptOf, type Attempt, type Fallback } from '../../domain/work/output-plan.ts';
import {
  afterFailedRun,
  afterRejection,
  attemptsUsedAtTakeover,
  mayBeTakenOver,
  waitBeforeNext,
  type AfterRejection,
} from '../../domain/work/rejections.ts';
import type { StagePart } from '../../domain/work/stages.ts';
import type { ProviderSteps } from '../activity-proxies.ts';
import type { Made, OutputRun } from './output-run.ts';
import { showStatus } from './show-status.ts';
import { expectStart, followUnlessReplaced } from '../support/support-control.ts';

/** Between two attempts, where the provider names no pause. */
const NEXT_ATTEMPT_AFTER_MS = 1_000;

/**
 * Makes one part of a stage: runs attempts until one has made it or no further one is allowed. A finished attempt is
 * found by its row, so a workflow that starts over repeats nothing.
 */
export async function runPart(run: OutputRun, steps: ProviderSteps, part: StagePart): Promise<Made> {
  const { maxAttempts, times } = run.plan;
  // Attempts that do not count against maxAttempts: those before support's restart, and those that the service did not
  // take.
  let uncounted = 0;
  let fallback: Fallback | undefined;
  const fallbacks = [...(run.plan.fallbacks ?? [])];
  const busy = createBusyWatch(run.plan.fallbacks !== undefined);
  for (let number = 1; ; number++) {
    const whole = attemptOf(run.plan, number, part, fallback);
    const attempt = busy.within(whole);
    const { isFinal } = attempt;
    if (isFinal) run.deliverable = attempt;
    expectStart(run.control, times.startDeadlineSeconds);
    const made = await runToItsEnd(run, steps, attempt);
    switch (made.outcome) {
      case 'made':
        return made;
      case 'failed':
      case 'rejected': {
        const after =
          made.outcome === 'failed'
            ? afterFailedRun(made, { isFinal, number: number - uncounted, maxAttempts })
            : afterRejection(made.errorClass, number - uncounted, maxAttempts);
        const retryAfterMs = made.outcome === 'rejected' ? made.retryAfterMs : null;
        const pauseMs =
          after.next === 'wait'
            ? busy.waitMs(whole.reachWithinSeconds, retryAfterMs)
            : (retryAfterMs ?? NEXT_ATTEMPT_AFTER_MS);
        if (after.next === 'fail' || pauseMs === null) {
          const failure = {
            outcome: 'failed',
            code: after.next === 'fail' ? after.code : 'start_deadline',
          } as const;
          fallback = mayBeTakenOver(made) ? fallbacks.shift() : undefined;
          if (fallback === undefined) return failure;
          // Another model has its own time to begin, and the attempts that are left.
          const used = number - uncounted - (wasAttempt(made, after) ? 0 : 1);
          uncounted = number - attemptsUsedAtTakeover(used, maxAttempts);
          busy.end();
          break;
        }
        if (after.next === 'wait') uncounted += 1;
        else busy.end();
        await sleep(pauseMs, { summary: `before ${part.stage.name}, attempt ${String(number + 1)}` });
        break;
      }
      case 'replaced':
        // A replaced attempt delivers nothing.
        run.deliverable = undefined;
        stopReplaced(steps, attempt);
        uncounted = number;
        busy.end();
        break;
      case 'fenced':
        // The reservation has ended elsewhere (the reconciler, support): settling returns how.
        return { outcome: 'failed', code: 'terminated' };
    }
  }
}

/** Whether an attempt counts: not one that its service did not take, and not one without a row. */
function wasAttempt({ outcome }: AttemptOutcome, { next }: AfterRejection): boolean {
  return outcome === 'rejected' && next !== 'wait';
}

/**
 * Measures for how long a service has refused submissions: from its first refusal. Where another model may take over, what an attempt has waited
 * for its turn counts too, since all of it is of the one start deadline.
 */
function createBusyWatch(countsWaits: boolean) {
  let refusals = 0;
  let sinceMs = Date.now();
  return {
    /** The attempt, with what is left of its time. */
    within(attempt: Attempt): Attempt {
      if (!countsWaits || refusals === 0) return attempt;
      const leftSeconds = attempt.reachWithinSeconds - (Date.now() - sinceMs) / 1_000;
      return { ...attempt, reachWithinSeconds: Math.max(0, leftSeconds) };
    },
    /**
     * The pause after another refusal; null: it is too late for one.
     * @param withinSeconds the whole time of its model.
     */
    waitMs(withinSeconds: number, retryAfterMs: number | null): number | null {
      if (refusals === 0 && !countsWaits) sinceMs = Date.now();
      refusals += 1;
      const sinceFirstMs = Date.now() - sinceMs;
      return waitBeforeNext({ refusals, sinceFirstMs, retryAfterMs, withinSeconds });
    },
    end() {
      refusals = 0;
      sinceMs = Date.now();
    },
  };
}

/** Runs one attempt to its end, or until support replaces it. Waits for its turn, and while its outcome is unknown. */
async function runToItsEnd(
  run: OutputRun,
  steps: ProviderSteps,
  attempt: Attempt,
): Promise<Exclude<AttemptOutcome, { outcome: 'unknown' | 'waiting' }>> {
  for (;;) {
    const made = await followUnlessReplaced(run.control, attempt, () => {
      showStatus(run);
      return steps.run.runAttempt.executeWithOptions({ summary: summaryOf(attempt) }, [attempt]);
    });
    if (made.outcome === 'waiting') await waitInLine(run, attempt, made);
    else if (made.outcome === 'unknown') await findOut(run, steps, attempt);
    else return made;
  }
}

/** Sleeps until the attempt asks for its turn again. Meanwhile it holds no slot of a worker. */
async function waitInLine(
  run: OutputRun,
  { reference, stage, number }: Attempt,
  { waitsFor, retryAfterMs }: AttemptOutcome & { readonly outcome: 'waiting' },
): Promise<void> {
  run.control.waiting.set(reference, waitsFor);
  showStatus(run);
  await sleep(retryAfterMs, { summary: `${stage}, attempt ${String(number)}, waits for its ${waitsFor}` });
  run.control.waiting.delete(reference);
}

/** Waits until the outcome of an unknown attempt is known: from the provider, or else from support. */
async function findOut(run: OutputRun, steps: ProviderSteps, attempt: Attempt): Promise<void> {
  const { control } = run;
  const { reference } = attempt;
  const resolve = () => steps.run.resolve.executeWithOptions({ summary: summaryOf(attempt) }, [attempt]);
  control.unknown.set(reference, attempt);
  showStatus(run);
  // Support filters by this attribute.
  upsertSearchAttributes({ HoldfastUnknownSince: [new Date()] });
  let resolution = await resolve();
  while (resolution.outcome === 'unresolvable') {
    // Parked until support, a cancel or the deadline ends it.
    await condition(() => control.resolved.has(reference));
    resolution = await resolve();
  }
  if (resolution.providerJobId !== null)
    run.providerJobs = { ...run.providerJobs, [reference]: resolution.providerJobId };
  control.unknown.delete(reference);
  if (control.unknown.size === 0) upsertSearchAttributes({ HoldfastUnknownSince: [] });
}

/** The text beside a step in Temporal UI. */
function summaryOf({ stage, number, provider }: Attempt): string {
  return `${stage}, attempt ${String(number)}, ${provider}`;
}

/** A replaced attempt that runs on is at our cost. Nothing waits for this. */
function stopReplaced(steps: ProviderSteps, { accountId, outputId, reference }: Attempt): void {
  steps.stopAttempts(accountId, outputId, { cause: 'replaced', reference }).catch((error: unknown) => {
    log.warn('a replaced attempt could not be stopped; the reconciler asks its provider again', {
      reference,
      error,
    });
  });
}
