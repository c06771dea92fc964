import type { ErrorClass } from '../../../domain/work/rejections.ts';
import type { SubmitResult } from '../provider.ts';
import { headerOf, type Answer } from './read-answer.ts';

/**
 * Statuses that refuse a request before any work, and what each says about us. No 5xx is among them: what stands in front of a
 * service responds with them too, and may have passed the request on by then.
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

/** The longest pause a Retry-After may ask for: an hour. Beyond it the run deadline decides anyway. */
const MAX_RETRY_AFTER_MS = 3_600_000;

/**
 * What an answer proves that did not accept a submission.
 * @param known what the service's own error says, where its adapter knows it; undefined leaves it to the status.
 */
export function refusalOf(answer: Answer, known?: ErrorClass): SubmitResult {
  const errorClass = known ?? REFUSED[answer.status];
  if (errorClass === undefined) return UNCLEAR;
  return { outcome: 'rejected', errorClass, retryAfterMs: retryAfterMsOf(answer) };
}

/** Something responded, and it is not known what came of the post: it may be on its way behind whatever it was. */
export const UNCLEAR = { outcome: 'unknown', mayArriveLater: true } as const satisfies SubmitResult;

/** Retry-After in seconds, as milliseconds; null for a date, for anything else and when absent. */
function retryAfterMsOf(answer: Pick<Answer, 'headers'>): number | null {
  const header = headerOf(answer, 'retry-after');
  if (header === null || !/^[0-9]{1,6}$/.test(header)) return null;
  return Math.min(Number(header) * 1_000, MAX_RETRY_AFTER_MS);
}
