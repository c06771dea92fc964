import type { Attempt } from '../../domain/work/output-plan.ts';
import type { Attempts } from '../../jobs/attempts/attempts.ts';
import { outcomeOf, type AttemptOutcome } from './attempt-outcome.ts';
import { createFollowAttempt, type FollowDependencies } from './follow-attempt.ts';
import { withHeartbeat } from './with-heartbeat.ts';
import { createSubmitAttempt, type SubmitDependencies } from './submit-attempt.ts';

/**
 * One attempt in one activity: makes its row or finds it, submits at most once, follows the provider's job to its end and stores
 * the result. Retried freely: each step finds how far the last try came. A cancel leaves a result alone that is already being stored.
 */
export function createRunAttempt(dependencies: SubmitDependencies & FollowDependencies) {
  const submit = createSubmitAttempt(dependencies);
  const follow = createFollowAttempt(dependencies);
  return async function runAttempt(attempt: Attempt): Promise<AttemptOutcome> {
    return withHeartbeat(async () => {
      const submitted = await submit(attempt);
      const begun =
        submitted.outcome === 'ended'
          ? await dependencies.answeredRuns.record(attempt, submitted.providerJobId, submitted.end)
          : submitted;
      return begun.outcome === 'accepted' ? follow(attempt, begun.providerJobId) : begun;
    });
  };
}

/** Brings in what an attempt that was accepted has made, after a cancel that came too late. Submits nothing. */
export function createCollectLate(attempts: Attempts, dependencies: FollowDependencies) {
  const follow = createFollowAttempt(dependencies);
  return async function collectLate(attempt: Attempt): Promise<AttemptOutcome> {
    return withHeartbeat(async () => {
      const row = await attempts.read(attempt.accountId, attempt.reference);
      const status = row === undefined ? ({ outcome: 'fenced' } as const) : outcomeOf(row);
      return status.outcome === 'accepted' ? follow(attempt, status.providerJobId) : status;
    });
  };
}
