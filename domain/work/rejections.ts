import { isFailureCode, type FailureCode, type Fault } from './failures.ts';

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
  /** It is being started again, or is not to be used just now. */
  | 'unavailable'
  /** It ran, and was cut off by what has nothing to do with it: the service says that another run may do. */
  | 'interrupted'
  | 'unknown_outcome';

export type AfterRejection =
  | { readonly next: 'resubmit' }
  /** Nothing is wrong with the submission: the service takes none just now, or never saw it. Another uses up no attempt. */
  | { readonly next: 'wait' }
  | { readonly next: 'fail'; readonly code: FailureCode; readonly atFault?: Fault };

/** The next step after a submission that provably did not run. Another attempt is safe: nothing was made, nothing billed. */
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
      // Not a proof that nothing ran, so never sent again, whatever an adapter meant by it.
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

/** Classes of a refusal that is not of the work itself: another model may do it. */
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
 * Whether another model may take over from an attempt: it provably did not run, and not because of the work. One that was not its turn, or
 * whose service could not be reached until its start deadline, has no row at all.
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
 * How many of its attempts a model that takes over has used up by the one before it: it goes on counting, and has one at least. So a part
 * has as many attempts as its model allows, and one more for each model that takes over.
 * @param used that counted, of all models before it.
 */
export function attemptsUsedAtTakeover(used: number, maxAttempts: number): number {
  return Math.min(used, maxAttempts - 1);
}

/** Between two submissions to a service that takes none just now: a moment at first, then as often as a job is worth. */
const FIRST_WAIT_MS = 1_000;
const MAX_WAIT_MS = 30_000;

/**
 * How long to wait before the next submission to a service that takes none just now; null: it is too late for another. Its own word counts
 * where it names a longer time. The pauses double, so that a service that is down for minutes adds a dozen attempts to a job, not hundreds.
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

/** The failure of a job that ran at the provider and did not succeed. */
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

/** How a run that delivered nothing ended. */
export type FailedRun = {
  readonly code: FailureCode;
  /** True when the service says that another run may do. */
  readonly wasInterrupted?: boolean;
};

/** Failures of a run that another run of the same may not have. */
const WORTH_ANOTHER_RUN: readonly FailureCode[] = ['provider_failed', 'zero_outputs', 'bad_content'];

/** How a failed run is remembered in its attempt row, and what the row says of it afterwards. */
export function errorClassOfRun({ code, wasInterrupted = false }: FailedRun): string {
  return wasInterrupted ? 'interrupted' : code;
}

export function failedRunOf(errorClass: string | null): FailedRun {
  if (errorClass === 'interrupted') return { code: 'provider_failed', wasInterrupted: true };
  return { code: errorClass !== null && isFailureCode(errorClass) ? errorClass : 'provider_failed' };
}

/**
 * The next step after a run that failed. A stage in the middle of a pipeline is run again, and nothing before it: what it would
 * take down with it has been paid for. The last one's failure is the job's, as it is of what is made in one call
 * (http-api.md promises one attempt), unless the service itself says that it was cut off.
 */
export function afterFailedRun(
  { code, wasInterrupted = false }: FailedRun,
  run: { readonly isFinal: boolean; readonly number: number; readonly maxAttempts: number },
): AfterRejection {
  const isWorthIt = wasInterrupted || (!run.isFinal && WORTH_ANOTHER_RUN.includes(code));
  return isWorthIt && run.number < run.maxAttempts ? { next: 'resubmit' } : { next: 'fail', code };
}
