import { failedRunOf, type ErrorClass, type FailedRun } from '../../domain/work/rejections.ts';
import type { AttemptStatus } from '../../jobs/attempts/attempt-status.ts';
import type { WaitsFor } from '../../domain/work/provider-limits.ts';

/** What came of an attempt, as the workflow is told. */
export type AttemptOutcome =
  /** Its result is in our asset store. */
  | { readonly outcome: 'made' }
  /** It ran and delivered nothing; or its provider could not be reached by its start deadline. */
  | (FailedRun & { readonly outcome: 'failed' })
  /** Provably not run. */
  | { readonly outcome: 'rejected'; readonly errorClass: ErrorClass; readonly retryAfterMs: number | null }
  /** It is not its turn at its provider, or the breaker of its model is open: nothing has left, and it is to be asked for again. */
  | { readonly outcome: 'waiting'; readonly waitsFor: WaitsFor; readonly retryAfterMs: number }
  /** The request may or may not have arrived: only a look-up can tell. It is never sent again. */
  | { readonly outcome: 'unknown' }
  /** Support has put another attempt in its place: whatever comes of this one counts no more. */
  | { readonly outcome: 'replaced' }
  /** The reservation has ended in the meantime; nothing is left to do. */
  | { readonly outcome: 'fenced' };

/** An attempt that its provider has accepted: it is to be followed to its end. */
export type AcceptedAttempt = { readonly outcome: 'accepted'; readonly providerJobId: string };

/**
 * The class of an unknown attempt that something responded to without saying what came of it, such as a gateway with a 502: it may
 * have passed the request on, so that our connection proves nothing.
 */
export const UNCLEAR_ANSWER = 'unclear_answer';

/** What an attempt's row says of it. A row still `posting` that the caller did not make is another's, dead or alive: unknown. */
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
