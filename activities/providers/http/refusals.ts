import type { ErrorClass } from '../../../domain/work/rejections.ts';
import type { SubmitResult } from '../provider.ts';
import { headerOf, type Answer } from './read-answer.ts';

/**
 * Statuses that refuse a request before any work, and their error classes. No 5xx is among them: a gateway responds
 * with them too, and may have passed the request on before.
 */
const REFUSED: Readonly<Record<number, ErrorClass>> = {
  400: 'bad_input',
  401: 'our_configuration',
  402: 'our_balance',
  403: 'our_configuration',
  404: 'our_configuration',
  405: 'our_configuration',
  413: 'bad_input',
  415: 'our_configuration',
  422: 'bad_input',
  429: 'capacity',
};

/** The longest pause that is taken from a Retry-After: an hour. The run deadline usually ends longer ones. */
const MAX_RETRY_AFTER_MS = 3_600_000;

/**
 * Returns what an answer proves that did not accept a submission.
 * @param known the class of the service's own error, where its adapter knows it; undefined: the status decides.
 */
export function refusalOf(answer: Answer, known?: ErrorClass): SubmitResult {
  const errorClass = known ?? REFUSED[answer.status];
  if (errorClass === undefined) return UNCLEAR;
  return { outcome: 'rejected', errorClass, retryAfterMs: retryAfterMsOf(answer) };
}

/** Something responded without saying what happened to the post, and may have passed it on. */
export const UNCLEAR = { outcome: 'unknown', mayArriveLater: true } as const satisfies SubmitResult;

/** Returns Retry-After in milliseconds; null: it is absent, a date, or anything else but seconds. */
function retryAfterMsOf(answer: Pick<Answer, 'headers'>): number | null {
  const header = headerOf(answer, 'retry-after');
  if (header === null || !/^[0-9]{1,6}$/.test(header)) return null;
  return Math.min(Number(header) * 1_000, MAX_RETRY_AFTER_MS);
}
