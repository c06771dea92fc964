import type { AttemptOutcome } from '../../activities/attempts/attempt-outcome.ts';
import type { FailureCode } from '../../domain/work/failures.ts';
import { attemptOf, type Attempt } from '../../domain/work/attempt.ts';
import type { Fallback, OutputPlan } from '../../domain/work/output-plan.ts';
import {
  afterFailedRun,
  afterRejection,
  attemptsUsedAtTakeover,
  mayBeTakenOver,
  waitBeforeNext,
} from '../../domain/work/rejections.ts';
import type { StagePart } from '../../domain/work/stages.ts';

/** Between two attempts, where the provider names no pause. */
const NEXT_ATTEMPT_AFTER_MS = 1_000;

/** An attempt that did not make its part. */
type NotMade = Extract<AttemptOutcome, { readonly outcome: 'failed' | 'rejected' }>;

type AfterAttempt =
  | { readonly next: 'attempt'; readonly pauseMs: number }
  /** Another model makes the next attempt, at once. */
  | { readonly next: 'takeover' }
  | { readonly next: 'fail'; readonly code: FailureCode };

/** The attempts at one part: which is next, by which model, and how many are left. */
type PartAttempts = {
  /** The next attempt. */
  next(): Attempt;
  /** What follows the last attempt. */
  after(ended: NotMade): AfterAttempt;
  /** Support has replaced the last attempt: those so far do not count. */
  startOver(): void;
};

export function createPartAttempts(plan: OutputPlan, part: StagePart): PartAttempts {
  const { maxAttempts } = plan;
  const fallbacks = [...(plan.fallbacks ?? [])];
  const busy = createBusyWatch(plan.fallbacks !== undefined);
  let fallback: Fallback | undefined;
  let number = 0;
  // Attempts that do not count against maxAttempts: those before support's restart, and those that the service did not
  // take.
  let uncounted = 0;
  const whole = (): Attempt => attemptOf(plan, number, part, fallback);

  const takeOverOrFail = (ended: NotMade, code: FailureCode, used: number): AfterAttempt => {
    fallback = mayBeTakenOver(ended) ? fallbacks.shift() : undefined;
    if (fallback === undefined) return { next: 'fail', code };
    // Another model has its own time to begin, and the attempts that are left.
    uncounted = number - attemptsUsedAtTakeover(used, maxAttempts);
    busy.end();
    return { next: 'takeover' };
  };

  return {
    next() {
      number += 1;
      return busy.within(whole());
    },
    after(ended) {
      const counted = number - uncounted;
      const { isFinal, reachWithinSeconds } = whole();
      const rule =
        ended.outcome === 'failed'
          ? afterFailedRun(ended, { isFinal, number: counted, maxAttempts })
          : afterRejection(ended.errorClass, counted, maxAttempts);
      const retryAfterMs = ended.outcome === 'rejected' ? ended.retryAfterMs : null;
      switch (rule.next) {
        case 'resubmit':
          busy.end();
          return { next: 'attempt', pauseMs: retryAfterMs ?? NEXT_ATTEMPT_AFTER_MS };
        case 'wait': {
          const pauseMs = busy.waitMs(reachWithinSeconds, retryAfterMs);
          // The service did not take it, so it was no attempt.
          if (pauseMs === null) return takeOverOrFail(ended, 'start_deadline', counted - 1);
          uncounted += 1;
          return { next: 'attempt', pauseMs };
        }
        case 'fail':
          // One that ended at its start deadline was never submitted, so it was no attempt.
          return takeOverOrFail(ended, rule.code, ended.outcome === 'rejected' ? counted : counted - 1);
      }
    },
    startOver() {
      uncounted = number;
      busy.end();
    },
  };
}

/**
 * Measures for how long a service has refused submissions: from its first refusal. Where another model may take over,
 * what an attempt has waited for its turn counts too, since all of it is of the one start deadline.
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
