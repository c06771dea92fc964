import { PROBLEMS, type Billed, type FieldError, type ProblemCode } from '../../contract/problems.ts';
import type { ReachedLimit } from '../../contract/workflow-messages.ts';

/** How many jobs an account may watch at a time, in one API process. */
export type WatchLimit = { readonly limit: 'watched_jobs'; readonly places: number };

/** What a problem says beyond its code. What is absent is not shown. */
export type ProblemFields = {
  /** For the caller; never an internal message. */
  readonly detail?: string;
  /** Absent: what the request's own state says (request-state.ts). */
  readonly billed?: Billed;
  readonly required?: number;
  readonly available?: number;
  readonly reserved?: number;
  readonly job_id?: string;
  /** Finer than the code, stable: why support's command is refused. */
  readonly reason?: string;
  /** The limit of the account that is reached. */
  readonly limit?: ReachedLimit | WatchLimit;
  /** Where the code's own word is not the one: a stored refusal of what may otherwise be tried again. */
  readonly retryable?: boolean;
  readonly errors?: readonly FieldError[];
  readonly links?: Readonly<Record<string, string>>;
};

/** A refusal on its way to the caller: thrown anywhere in a request, answered in one place (send-problem.ts). */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly fields: ProblemFields;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ProblemCode, fields: ProblemFields = {}, headers: Readonly<Record<string, string>> = {}) {
    super(PROBLEMS[code].title);
    this.code = code;
    this.fields = fields;
    this.headers = headers;
  }
}

export function invalidRequest(errors: readonly FieldError[], detail?: string): Problem {
  return new Problem('invalid_request', { errors, ...(detail === undefined ? {} : { detail }) });
}

/** One thing wrong with the request as a whole, or with a part of it that is no field of the body. */
export function invalidPart(pointer: string, code: string, detail: string): Problem {
  return invalidRequest([{ pointer, code, detail }], detail);
}

/** How long a caller is told to wait before trying what was away again. */
const RETRY_AFTER_SECONDS = 2;

export function unavailable(detail?: string, fields: Pick<ProblemFields, 'job_id'> = {}): Problem {
  return new Problem(
    'unavailable',
    { ...(detail === undefined ? {} : { detail }), ...fields },
    {
      'Retry-After': String(RETRY_AFTER_SECONDS),
    },
  );
}

export function notFound(what: string): Problem {
  return new Problem('not_found', { detail: `There is no such ${what}.` });
}
