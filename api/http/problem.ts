import type { FieldError, ProblemView } from '../../contract/shapes/problem-shape.ts';
import { PROBLEMS, type ProblemCode } from '../../contract/problems.ts';

/**
 * The fields of a problem besides its code; an absent one is not shown. `billed` defaults to the request's state
 * (request-state.ts), `detail` and `retryable` to the code's (problems.ts).
 */
type ProblemFields = Readonly<
  Partial<Omit<ProblemView, 'type' | 'title' | 'status' | 'code' | 'request_id'>>
>;

/** A problem that a request ends with: thrown anywhere, sent in one place (send-problem.ts). */
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

/** A fault of the request as a whole, or of a part that is no body field. */
export function invalidPart(pointer: string, code: string, detail: string): Problem {
  return invalidRequest([{ pointer, code, detail }], detail);
}

/** How long a caller should wait before it retries after an outage. */
const RETRY_AFTER_SECONDS = 2;

export function unavailable(detail?: string, fields: Pick<ProblemFields, 'job_id' | 'billed'> = {}): Problem {
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

export function unauthenticated(): Problem {
  return new Problem('unauthenticated', {}, { 'WWW-Authenticate': 'Bearer realm="holdfast"' });
}
