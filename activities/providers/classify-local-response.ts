import type { ErrorClass } from '../../domain/rejections.ts';
import type { SubmitResult } from './provider.ts';

/** A finished HTTP answer to a submission. `body` is whatever its JSON was; undefined when it was not JSON. */
export type SubmitAnswer = {
  readonly status: number;
  readonly body: unknown;
  /** The Retry-After header as it came; null when absent. */
  readonly retryAfter: string | null;
};

/**
 * Codes of a 503 that the service documents as "nothing was started". Any other 503 may come from something in front
 * of it that had passed the request on already.
 */
const NOT_ACCEPTED: Readonly<Record<string, ErrorClass>> = { capacity: 'capacity', unavailable: 'resubmit' };

/** 409: it has forgotten a file that was named, since it was asked for it. The next attempt hands it over again. */
const FILE_FORGOTTEN = 'input_missing';

/** Statuses that refuse a request before any work, and what each says about us. */
const REFUSED: Readonly<Record<number, ErrorClass>> = {
  400: 'bad_input',
  401: 'our_configuration',
  402: 'our_balance',
  403: 'our_configuration',
  404: 'our_configuration',
  405: 'our_configuration',
  413: 'bad_input',
  415: 'our_configuration',
  429: 'capacity',
};

/** The longest pause a Retry-After may ask for: an hour. Beyond it the run deadline decides anyway. */
const MAX_RETRY_AFTER_MS = 3_600_000;

/**
 * What an answer to a submission proves. Whatever proves nothing is `unknown`, and an unknown is never posted again.
 * @param reference of the submission: an answer that names another one is the answer to another.
 */
export function classifySubmitAnswer(answer: SubmitAnswer, reference: string): SubmitResult {
  const { status } = answer;
  if (status === 201) {
    const id = textAt(answer.body, 'id');
    const isAnothers = (textAt(answer.body, 'reference') ?? reference) !== reference;
    return id === null || isAnothers ? { outcome: 'unknown' } : { outcome: 'accepted', providerJobId: id };
  }
  const code = errorCodeOf(answer.body);
  const errorClass =
    status === 422
      ? code === 'moderated_input'
        ? 'moderated_input'
        : 'bad_input'
      : status === 503
        ? NOT_ACCEPTED[code ?? '']
        : status === 409 && code === FILE_FORGOTTEN
          ? 'resubmit'
          : REFUSED[status];
  if (errorClass === undefined) return { outcome: 'unknown' };
  return { outcome: 'rejected', errorClass, retryAfterMs: retryAfterMsOf(answer.retryAfter) };
}

/** How a failed job of this service is to be taken. An unknown code is an ordinary failure: it did run. */
export function errorClassOfFailure(code: string | null): ErrorClass {
  if (code === 'moderated_input' || code === 'moderated_output' || code === 'bad_input') return code;
  if (code === 'interrupted') return code;
  return 'retry_same_job';
}

/** Reads Retry-After in seconds; a date or anything else is null. */
function retryAfterMsOf(header: string | null): number | null {
  if (header === null || !/^[0-9]{1,6}$/.test(header)) return null;
  return Math.min(Number(header) * 1_000, MAX_RETRY_AFTER_MS);
}

/** The code of an error body `{ "error": { "code": … } }`. */
function errorCodeOf(body: unknown): string | null {
  if (typeof body !== 'object' || body === null || !('error' in body)) return null;
  return textAt(body.error, 'code');
}

function textAt(value: unknown, field: string): string | null {
  if (typeof value !== 'object' || value === null) return null;
  const found = (value as Readonly<Record<string, unknown>>)[field];
  return typeof found === 'string' && found !== '' ? found : null;
}
