import { failedRunOf, type ErrorClass, type FailedRun } from '../../domain/work/rejections.ts';
import type { AttemptStatus } from '../../jobs/attempts/attempt-status.ts';
import type { WaitsFor } from '../../domain/work/provider-limits.ts';

/** The outcome of an attempt, as the workflow gets it. */
export type AttemptOutcome =
  /** Its result is in our asset store. */
  | { readonly outcome: 'made' }
  /** It ran and delivered nothing; or its provider could not be reached before the start deadline. */
  | (FailedRun & { readonly outcome: 'failed' })
  /** It provably did not run. */
  | { readonly outcome: 'rejected'; readonly errorClass: ErrorClass; readonly retryAfterMs: number | null }
  /**
   * It waits for its turn at its provider, or for the breaker of its model: nothing has left. Ask again after the
   * pause.
   */
  | { readonly outcome: 'waiting'; readonly waitsFor: WaitsFor; readonly retryAfterMs: number }
  /** The request may or may not have arrived: only a look-up can tell. It is never sent again. */
  | { readonly outcome: 'unknown' }
  /** Support has replaced it: its result no longer counts. */
  | { readonly outcome: 'replaced' }
  /** The reservation has ended; nothing is left to do. */
  | { readonly outcome: 'fenced' };

/** Its provider has accepted it: it is followed to its end. */
export type AcceptedAttempt = { readonly outcome: 'accepted'; readonly providerJobId: string };

/**
 * The error class of an unknown attempt to which something responded without a result, such as a gateway with a 502: it
 * may have passed the request on, so that a reset of our connection proves nothing.
 */
export const UNCLEAR_ANSWER = 'unclear_answer';

/**
 * The outcome that an attempt's row says. A row still `posting` that the caller did not make belongs to another
 * process, dead or alive: unknown.
 */
export function outcomeOf({
  state,
  providerJobId,
  errorClass,
}: AttemptStatus): AttemptOutcome | AcceptedAttempt {
  switch (state) {
    case 'collected':
      return { outcome: 'made' };
    case 'failed':
      return { outcome: 'failed', ...failedRunOf(errorClass) };
    case 'rejected':
      return {
        outcome: 'rejected',
        errorClass: (errorClass ?? 'resubmit') as ErrorClass,
        retryAfterMs: null,
      };
    case 'accepted':
      return providerJobId === null ? { outcome: 'unknown' } : { outcome: 'accepted', providerJobId };
    case 'posting':
    case 'unknown':
      return { outcome: 'unknown' };
    case 'replaced':
    case 'fenced':
      return { outcome: state };
  }
}
