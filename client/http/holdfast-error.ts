import type { FieldError, Job, Problem, ProblemCode } from './wire-types.ts';

/** What the client itself finds, beside the problem codes of the API. */
export type ClientCode =
  /** No response came, or it broke off. */
  | 'connection_failed'
  | 'timed_out'
  /** A response that is none of the API's: of a proxy, say. */
  | 'unexpected_response'
  /** Bytes that are not those of the output's `sha256`. */
  | 'content_mismatch'
  /** `jobs.run`: the job ended without a result; see JobFailedError. */
  | 'job_failed';

/** Every failure of a call, but for an AbortSignal of the caller, whose reason is thrown as it is. */
export class HoldfastError extends Error {
  override readonly name: string = 'HoldfastError';
  /** Stable: what to decide by. */
  readonly code: ProblemCode | ClientCode;
  /** Of the response; null where there was none. */
  readonly status: number | null;
  /** For support. */
  readonly requestId: string | null;
  /** Whether the same call, with the same idempotency key, may be made again. The client has tried. */
  readonly retryable: boolean;
  /** Whether anything was charged or reserved. `unknown`: make the same call with the same key, which tells. */
  readonly billed: 'no' | 'yes' | 'unknown';
  /** The fields that are wrong (`invalid_request`). */
  readonly errors: readonly FieldError[];
  /** All that the API said; null where it said nothing. */
  readonly problem: Problem | null;
  /** Under which key the call was made, so that it can be made again. */
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
