import type { Attempt } from '../../domain/work/attempt.ts';
import type { Attempts } from '../../jobs/attempts/attempts.ts';
import { outcomeOf, type AttemptOutcome } from './attempt-outcome.ts';
import { createFollowAttempt, type FollowDependencies } from './follow-attempt.ts';
import { withHeartbeat } from './with-heartbeat.ts';
import { createSubmitAttempt, type SubmitDependencies } from './submit-attempt.ts';

/**
 * One attempt in one activity: makes or finds its row, submits at most once, follows the run to its end and stores the
 * result. It can be retried at any point: each step finds how far the last try came. A cancel does not interrupt the
 * storing of a result.
 */
export function createRunAttempt(dependencies: SubmitDependencies & FollowDependencies) {
  const submit = createSubmitAttempt(dependencies);
  const follow = createFollowAttempt(dependencies);
  return async function runAttempt(attempt: Attempt): Promise<AttemptOutcome> {
    return withHeartbeat(async () => {
      const submitted = await submit(attempt);
      const begun =
        submitted.outcome === 'ended'
          ? await dependencies.synchronousRuns.record(attempt, submitted.providerJobId, submitted.end)
          : submitted;
      return begun.outcome === 'accepted' ? follow(attempt, begun.providerJobId) : begun;
    });
  };
}

/** Stores the result of an accepted attempt, after a cancel that came too late. Submits nothing. */
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
