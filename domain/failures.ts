/** Why an output ended without being delivered, who was at fault, and what that means for its credits. */

export const FAILURE_CODES = [
  'provider_rejected',
  'provider_failed',
  'moderated_input',
  'moderated_output',
  'zero_outputs',
  'bad_content',
  'start_deadline',
  'run_deadline',
  'outcome_unknown',
  'canceled',
  'terminated',
  'asset_refused',
  'internal',
] as const;
export type FailureCode = (typeof FAILURE_CODES)[number];

export type Fault = 'provider' | 'customer' | 'us';

export type Failure = {
  readonly code: FailureCode;
  readonly at_fault: Fault;
  readonly detail: string;
  readonly retryable: boolean;
};

type FailureRule = { readonly atFault: Fault; readonly retryable: boolean; readonly detail: string };

/** http-api.md, "Test scenarios". Details are for the customer: no internal message ever stands here. */
const RULES: Readonly<Record<FailureCode, FailureRule>> = {
  provider_rejected: {
    atFault: 'provider',
    retryable: true,
    detail: 'The model service refused the job before running it. Submit again later.',
  },
  provider_failed: {
    atFault: 'provider',
    retryable: true,
    detail: 'The model service failed while running the job. Submit again.',
  },
  moderated_input: {
    atFault: 'customer',
    retryable: false,
    detail: 'The brief was blocked by moderation. Change the brief and submit again.',
  },
  moderated_output: {
    atFault: 'provider',
    retryable: true,
    detail: 'The result was withheld by moderation. Submit again, or change the brief.',
  },
  zero_outputs: {
    atFault: 'provider',
    retryable: true,
    detail: 'The model service finished without a result. Submit again.',
  },
  bad_content: {
    atFault: 'provider',
    retryable: true,
    detail: 'The model service delivered a file that is not what was asked for. Submit again.',
  },
  start_deadline: {
    atFault: 'provider',
    retryable: true,
    detail: 'The model service did not start the job in time. Submit again later.',
  },
  run_deadline: { atFault: 'provider', retryable: true, detail: 'The job was not ready by its deadline.' },
  outcome_unknown: {
    atFault: 'provider',
    retryable: true,
    detail: 'The model service never said what became of the job. Submit again.',
  },
  canceled: { atFault: 'customer', retryable: true, detail: 'The job was canceled.' },
  terminated: {
    atFault: 'us',
    retryable: true,
    detail: 'The job was ended from outside before it was done. Submit again.',
  },
  asset_refused: {
    atFault: 'customer',
    retryable: false,
    detail: 'A reference asset could not be fetched. Check its address and submit again.',
  },
  internal: { atFault: 'us', retryable: true, detail: 'The job failed on our side. Submit again.' },
};

/** The failure of a code, as shown to the customer. `atFault` overrides the table where the cause is finer than the code. */
export function failureOf(code: FailureCode, atFault: Fault = RULES[code].atFault): Failure {
  return { code, at_fault: atFault, detail: RULES[code].detail, retryable: RULES[code].retryable };
}

/** Where released credits go when their grant has expired in the meantime (design.md, "The ledger"). */
export type ExpiredGrantPolicy = 'return_grant' | 'expire';

/**
 * A release into a grant that expired while the credits were reserved: what the customer brought about (a cancel, or a
 * deadline they set shorter than the model's own) expires at once, so that nobody rolls credits over by reserving and
 * canceling; everything else comes back as a `return` grant. Moderation counts as not the customer's doing (design.md).
 */
export function expiredGrantPolicyOf(failure: Pick<Failure, 'code' | 'at_fault'>): ExpiredGrantPolicy {
  const byCustomer = failure.code === 'canceled' || failure.code === 'run_deadline';
  return byCustomer && failure.at_fault === 'customer' ? 'expire' : 'return_grant';
}

/** A `return` grant lives to the later of this and the end of the current period (design.md, "The ledger"). */
export const RETURN_GRANT_LIFETIME_HOURS = 72;

export function isFailureCode(text: string): text is FailureCode {
  return (FAILURE_CODES as readonly string[]).includes(text);
}
