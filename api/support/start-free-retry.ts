import type { StartJob } from '../../client/start-job.ts';
import { assertNever } from '../../domain/assert-never.ts';
import { freeRetryRequest } from '../../domain/work/job-request.ts';
import { fingerprintJson } from '../../contract/derived-ids.ts';
import { readReview, type StoredReview } from '../../jobs/reviews/read-review.ts';
import type { Database } from '../../ledger/database.ts';
import { Problem, unavailable } from '../http/problem.ts';

export type StartFreeRetry = (review: StoredReview) => Promise<void>;

/**
 * Starts the job that a decision allows, unless it has begun. Safe to repeat: the decision names the job. Throws
 * `unavailable` when Temporal does not respond (the decision stands; repeat the call), and `state_conflict` when this
 * job can never begin: the review is open again.
 */
export function createStartFreeRetry(deps: {
  readonly database: Database;
  readonly startJob: StartJob;
}): StartFreeRetry {
  const { database, startJob } = deps;
  return async (review) => {
    const { retry_job_id: jobId, work } = review;
    if (jobId === null || review.retry_state !== null) return;
    const body = freeRetryRequest(review.id);
    const started = await startJob({
      accountId: review.account_id,
      jobId,
      body,
      fingerprint: fingerprintJson(body),
      request: work,
      credits: 0,
    });
    switch (started.outcome) {
      case 'reserved':
        return;
      case 'closed':
        // Its workflow has ended, normally or from outside before its admission.
        if ((await readReview(database, review.account_id, review.id))?.retry_state === null) {
          throw new Problem('state_conflict', {
            detail:
              'The free retry was ended from outside before it began. Decide again in two minutes, with a new Idempotency-Key.',
            billed: 'no',
          });
        }
        return;
      case 'refused':
        throw new Problem('state_conflict', {
          detail: `The free retry was not admitted (${started.refusal.reason}). Decide again, with a new Idempotency-Key.`,
          billed: 'no',
        });
      case 'unavailable':
        throw unavailable(
          'The decision is on record and its job has not begun: send it again with the same Idempotency-Key.',
        );
      case 'key_reused':
        throw new RangeError(`a job of our own naming was another's: ${jobId}`);
      default:
        assertNever(started);
    }
  };
}
