import type { FieldError, Job, Problem, ProblemCode } from './wire-types.ts';

/** The client's own codes, beside the API's problem codes. */
export type ClientCode =
  /** No response came, or it broke off. */
  | 'connection_failed'
  | 'timed_out'
  /** A response that is not the API's, such as a proxy's. */
  | 'unexpected_response'
  /** Bytes that are not those of the output's `sha256`. */
  | 'content_mismatch'
  /** `jobs.run`: the job ended without a result; see JobFailedError. */
  | 'job_failed';

/** Every failure of a call, but for an AbortSignal of the caller, whose reason is thrown as it is. */
export class HoldfastError extends Error {
  override readonly name: string = 'HoldfastError';
  /** Stable: decide by it. */
  readonly code: ProblemCode | ClientCode;
  /** The response's status; null: there was none. */
  readonly status: number | null;
  /** For support. */
  readonly requestId: string | null;
  /** Whether the same call, with the same idempotency key, may be repeated. The client has retried. */
  readonly retryable: boolean;
  /** Whether anything was charged or reserved. `unknown`: repeat the call with the same key to find out. */
  readonly billed: 'no' | 'yes' | 'unknown';
  /** The fields that are wrong (`invalid_request`). */
  readonly errors: readonly FieldError[];
  /** The API's whole problem; null: none. */
  readonly problem: Problem | null;
  /** The key of the call, for repeating it. */
  readonly idempotencyKey: string | null;

  constructor(
    message: string,
    facts: Pick<HoldfastError, 'code' | 'retryable' | 'billed'> &
      Partial<Pick<HoldfastError, 'status' | 'requestId' | 'problem' | 'idempotencyKey'>>,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.code = facts.code;
    this.status = facts.status ?? null;
    this.requestId = facts.requestId ?? null;
    this.retryable = facts.retryable;
    this.billed = facts.billed;
    this.problem = facts.problem ?? null;
    this.errors = facts.problem?.errors ?? [];
    this.idempotencyKey = facts.idempotencyKey ?? null;
  }
}

/** A job that ended with no output delivered. Its credits are back. */
export class JobFailedError extends HoldfastError {
  override readonly name = 'JobFailedError';
  readonly job: Job;

  constructor(job: Job) {
    super(`${job.id} ${job.state}: ${job.failure?.detail ?? job.summary}`, {
      code: 'job_failed',
      retryable: false,
      billed: job.billing.committed > 0 ? 'yes' : 'no',
    });
    this.job = job;
  }
}
