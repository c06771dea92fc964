import { isFailureCode, type FailureCode } from './failures.ts';

/** Why a provider refused a submission, or why a job that ran there failed (the classes of an adapter). */
export type ErrorClass =
  | 'retry_same_job'
  | 'resubmit'
  /** It never arrived: a look-up proved it, or its submitter did not send it. */
  | 'not_found'
  /** It was never sent, and a later attempt has taken its place. */
  | 'taken_over'
  /** It was never sent: its output would have cost us more than its model allows. */
  | 'too_costly'
  | 'bad_input'
  | 'moderated_input'
  | 'moderated_output'
  | 'our_configuration'
  | 'our_balance'
  | 'capacity'
  /** It is starting, or cannot be used now. */
  | 'unavailable'
  /** It ran and was interrupted from outside: the service says that another run may succeed. */
  | 'interrupted'
  | 'unknown_outcome';

type AfterRejection =
  | { readonly next: 'resubmit' }
  /** The submission is fine: the service takes none now, or never saw it. Another uses up no attempt. */
  | { readonly next: 'wait' }
  | { readonly next: 'fail'; readonly code: FailureCode };

/** The next step after a submission that provably did not run. Another attempt is safe: nothing was made or billed. */
export function afterRejection(errorClass: ErrorClass, attempt: number, maxAttempts: number): AfterRejection {
  switch (errorClass) {
    case 'moderated_input':
      return { next: 'fail', code: 'moderated_input' };
    case 'moderated_output':
      return { next: 'fail', code: 'moderated_output' };
    case 'bad_input':
      return { next: 'fail', code: 'provider_rejected' };
    case 'our_configuration':
    case 'our_balance':
    case 'too_costly':
      return { next: 'fail', code: 'internal' };
    case 'interrupted':
    case 'unknown_outcome':
      // This does not prove that nothing ran, so it is never sent again, whatever the adapter meant.
      return { next: 'fail', code: 'outcome_unknown' };
    case 'taken_over':
      return { next: 'fail', code: 'start_deadline' };
    case 'capacity':
    case 'unavailable':
    case 'not_found':
      return { next: 'wait' };
    case 'resubmit':
    case 'retry_same_job':
      return attempt < maxAttempts ? { next: 'resubmit' } : { next: 'fail', code: 'provider_rejected' };
  }
}

/** Classes that are not about the work itself: another model may do it. */
const OF_THE_SERVICE: readonly ErrorClass[] = [
  'capacity',
  'unavailable',
  'not_found',
  'taken_over',
  'resubmit',
  'retry_same_job',
  'our_configuration',
  'our_balance',
];

/**
 * Whether another model may take over: the attempt provably did not run, and not because of the work. One that waited
 * for its turn, or whose service could not be reached before its start deadline, has no row.
 */
export function mayBeTakenOver(
  ended:
    | { readonly outcome: 'failed'; readonly code: FailureCode }
    | { readonly outcome: 'rejected'; readonly errorClass: ErrorClass },
): boolean {
  return ended.outcome === 'failed'
    ? ended.code === 'start_deadline'
    : OF_THE_SERVICE.includes(ended.errorClass);
}

/**
 * The attempts that count against a model that takes over: it goes on counting, and has one at least. So a part has as
 * many attempts as its model allows, and one more per model that takes over.
 * @param used the attempts that counted, of all models before it
 */
export function attemptsUsedAtTakeover(used: number, maxAttempts: number): number {
  return Math.min(used, maxAttempts - 1);
}

/** Between two submissions to a service that takes none now: short at first, then longer. */
const FIRST_WAIT_MS = 1_000;
const MAX_WAIT_MS = 30_000;

/**
 * The pause before the next submission to a service that takes none now; null: it is too late for another. A longer
 * time that the service names counts. The pauses double, so that minutes of an outage add a dozen attempts, not
 * hundreds.
 * @param refusals so far, one at least. `sinceFirstMs`: since the first of them.
 */
export function waitBeforeNext(refused: {
  readonly refusals: number;
  readonly sinceFirstMs: number;
  readonly retryAfterMs: number | null;
  readonly withinSeconds: number;
}): number | null {
  const pauseMs = Math.min(FIRST_WAIT_MS * 2 ** (refused.refusals - 1), MAX_WAIT_MS);
  const waitMs = Math.max(pauseMs, refused.retryAfterMs ?? 0);
  return refused.sinceFirstMs + waitMs <= refused.withinSeconds * 1_000 ? waitMs : null;
}

/** The failure code of a job that ran at the provider and did not succeed. */
export function failureOfRun(errorClass: ErrorClass, reason: 'failed' | 'zero_outputs'): FailureCode {
  if (reason === 'zero_outputs') return 'zero_outputs';
  switch (errorClass) {
    case 'moderated_input':
      return 'moderated_input';
    case 'moderated_output':
      return 'moderated_output';
    case 'our_configuration':
    case 'our_balance':
    case 'too_costly':
      return 'internal';
    case 'bad_input':
    case 'capacity':
    case 'interrupted':
    case 'not_found':
    case 'resubmit':
    case 'retry_same_job':
    case 'taken_over':
    case 'unavailable':
    case 'unknown_outcome':
      return 'provider_failed';
  }
}

/** How a run ended that delivered nothing. */
export type FailedRun = {
  readonly code: FailureCode;
  /** True: the service says that another run may succeed. */
  readonly wasInterrupted?: boolean;
};

/** Failures that another run may not have. */
const WORTH_ANOTHER_RUN: readonly FailureCode[] = ['provider_failed', 'zero_outputs', 'bad_content'];

/** How an attempt's row stores a failed run, and how it is read again. */
export function errorClassOfRun({ code, wasInterrupted = false }: FailedRun): string {
  return wasInterrupted ? 'interrupted' : code;
}

export function failedRunOf(errorClass: string | null): FailedRun {
  if (errorClass === 'interrupted') return { code: 'provider_failed', wasInterrupted: true };
  return { code: errorClass !== null && isFailureCode(errorClass) ? errorClass : 'provider_failed' };
}

/**
 * The next step after a failed run. A stage in the middle of a pipeline is run again, since the stages before it are
 * paid for. A failure of the final stage, or of work made in one call, is the job's (docs/http-api.md promises one
 * attempt), unless the service says that the run was interrupted.
 */
export function afterFailedRun(
  { code, wasInterrupted = false }: FailedRun,
  run: { readonly isFinal: boolean; readonly number: number; readonly maxAttempts: number },
): AfterRejection {
  const isWorthIt = wasInterrupted || (!run.isFinal && WORTH_ANOTHER_RUN.includes(code));
  return isWorthIt && run.number < run.maxAttempts ? { next: 'resubmit' } : { next: 'fail', code };
}
