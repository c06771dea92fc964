/** Why an output was not delivered, whose fault that was, and what it means for its credits. */

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

export const FAULTS = ['provider', 'customer', 'us'] as const;
export type Fault = (typeof FAULTS)[number];

export type Failure = {
  readonly code: FailureCode;
  readonly at_fault: Fault;
  readonly detail: string;
  readonly retryable: boolean;
};

type FailureRule = {
  /** Whose fault the end was. It decides where the credits of an expired grant go. */
  readonly atFault: Fault;
  /** Who else may be at fault, if the cause is finer than the code. */
  readonly orElse?: readonly Fault[];
  readonly retryable: boolean;
  /** For the customer: no internal message. */
  readonly detail: string;
};

/**
 * The policy: one row per way to end without a result, with whose fault it is. Bad input that a provider refuses is the
 * provider's fault: what a customer may send is checked by us.
 */
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
    // The customer's, if their own deadline brought it forward.
    orElse: ['customer'],
    retryable: true,
    detail: 'The model service did not start the job in time. Submit again later.',
  },
  run_deadline: {
    atFault: 'provider',
    // The customer's, if they set a deadline shorter than the model's. Ours, if no workflow acted and the reconciler
    // did.
    orElse: ['customer', 'us'],
    retryable: true,
    detail: 'The job was not ready by its deadline.',
  },
  outcome_unknown: {
    atFault: 'provider',
    retryable: true,
    detail: 'The model service never said what became of the job. Submit again.',
  },
  canceled: {
    atFault: 'customer',
    // Ours, if the job was stuck by the model's times, its workflow was gone, or support cancelled it.
    orElse: ['us'],
    retryable: true,
    detail: 'The job was canceled.',
  },
  terminated: {
    atFault: 'us',
    retryable: true,
    detail: 'The job was lost on our side before it was done. Submit again.',
  },
  asset_refused: {
    atFault: 'customer',
    retryable: false,
    detail: 'A reference asset could not be fetched. Check its address and submit again.',
  },
  internal: { atFault: 'us', retryable: true, detail: 'The job failed on our side. Submit again.' },
};

/** The failure of a code, as shown to the customer. `atFault` overrides the table. */
export function failureOf(code: FailureCode, atFault: Fault = RULES[code].atFault): Failure {
  return { code, at_fault: atFault, detail: RULES[code].detail, retryable: RULES[code].retryable };
}

/** All faults that a code allows, its own first. */
export function faultsOf(code: FailureCode): readonly Fault[] {
  const { atFault, orElse = [] } = RULES[code];
  return [atFault, ...orElse];
}

/** Where released credits go if their grant has expired. */
export type ExpiredGrantPolicy = 'return_grant' | 'expire';

/**
 * After a customer's fault the credits return to the old grant and expire with it: otherwise credits would roll over by
 * reserving at a period's end and failing. After the provider's fault or ours they come back as a `return` grant.
 */
const POLICY_OF_FAULT: Readonly<Record<Fault, ExpiredGrantPolicy>> = {
  provider: 'return_grant',
  us: 'return_grant',
  customer: 'expire',
};

/** The policy for a failure. SQL gets it with each release and decides nothing of it. */
export function expiredGrantPolicyOf(failure: Pick<Failure, 'at_fault'>): ExpiredGrantPolicy {
  return POLICY_OF_FAULT[failure.at_fault];
}

/** A `return` grant lives at least this long, or to the end of the current period if that is later. */
export const RETURN_GRANT_LIFETIME_HOURS = 72;

export function isFailureCode(text: string): text is FailureCode {
  return (FAILURE_CODES as readonly string[]).includes(text);
}
