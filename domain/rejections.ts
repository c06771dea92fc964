import type { FailureCode, Fault } from './failures.ts';

/** Why a provider refused a submission, or why a job that ran there failed (the classes of an adapter). */
export type ErrorClass =
  | 'retry_same_job'
  | 'resubmit'
  | 'bad_input'
  | 'moderated_input'
  | 'moderated_output'
  | 'our_configuration'
  | 'our_balance'
  | 'capacity'
  | 'unknown_outcome';

export type AfterRejection =
  | { readonly next: 'resubmit' }
  | { readonly next: 'fail'; readonly code: FailureCode; readonly atFault?: Fault };

/** What follows a submission that provably did not run. Another attempt is safe: nothing was made, nothing billed. */
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
      return { next: 'fail', code: 'internal' };
    case 'unknown_outcome':
      // Not a proof that nothing ran, so never sent again, whatever an adapter meant by it.
      return { next: 'fail', code: 'outcome_unknown' };
    case 'resubmit':
    case 'capacity':
    case 'retry_same_job':
      return attempt < maxAttempts ? { next: 'resubmit' } : { next: 'fail', code: 'provider_rejected' };
  }
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
      return 'internal';
    case 'bad_input':
    case 'capacity':
    case 'resubmit':
    case 'retry_same_job':
    case 'unknown_outcome':
      return 'provider_failed';
  }
}
