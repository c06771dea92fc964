import { InvalidArgumentError } from 'commander';
import { isAccountId } from '../../domain/ids.ts';
import { parseInstant } from '../../domain/parse-value.ts';
import { isReviewId } from '../../domain/support/review.ts';
import { faultOfText } from '../../domain/texts/text-rule.ts';
import { MAX_KEY_NAME } from '../../jobs/keys/create-api-key.ts';

/** Parsers of arguments for commander: an invalid one ends with exit code 2 before any call. */

export function accountArgument(text: string): string {
  if (isAccountId(text)) return text;
  throw new InvalidArgumentError('An account id: acct_….');
}

export function grantArgument(text: string): string {
  if (/^grant_\w{1,200}$/.test(text)) return text;
  throw new InvalidArgumentError('A grant id: grant_….');
}

export function jobArgument(text: string): string {
  if (/^job_[a-z2-7]{26}$/.test(text)) return text;
  throw new InvalidArgumentError('A job id: job_….');
}

export function outputArgument(text: string): string {
  if (/^out_[a-z2-7]{26}_\d{1,3}$/.test(text)) return text;
  throw new InvalidArgumentError('An output id: out_….');
}

/** An attempt: its number, or its reference. */
export function attemptArgument(text: string): number | string {
  if (/^att_\w{1,196}$/.test(text)) return text;
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('An attempt: its number, or its reference att_….');
}

export function reviewArgument(text: string): string {
  if (isReviewId(text)) return text;
  throw new InvalidArgumentError('A review id: rev_….');
}

/** One line of visible text, as the record of keys takes it. */
export function keyNameArgument(text: string): string {
  const fault = faultOfText(text, { max: MAX_KEY_NAME });
  if (fault === null) return text;
  throw new InvalidArgumentError(`A name: ${fault.detail}`);
}

export function wholeNumberArgument(text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError('A whole number.');
}

/** Days of fal's billing events: at most 90, by its documentation. */
export function daysArgument(text: string): number {
  if (/^([1-9]|[1-8]\d|90)$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Days: 1 to 90.');
}

/** A limit: a whole number, or none. */
export function limitArgument(text: string): number | null {
  return text === 'none' ? null : wholeNumberArgument(text);
}

/** A time, as RFC 3339 in UTC. */
export function instantArgument(text: string): string {
  const instant = parseInstant(text);
  if (instant !== null) return instant.toISOString();
  throw new InvalidArgumentError('A time as RFC 3339 writes it: YYYY-MM-DDThh:mm:ssZ.');
}

/** A span of time from now on: 90 minutes, 2 hours, 1 day. */
const AHEAD = /^\+([1-9]\d{0,5})([mhd])$/;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A future time, as a span from now or as RFC 3339. */
export function timeAheadArgument(now: () => number): (text: string) => string {
  return (text) => {
    const [, count, unit] = AHEAD.exec(text) ?? [];
    if (count === undefined) return instantArgument(text);
    const unitMs = unit === 'm' ? MINUTE_MS : unit === 'h' ? HOUR_MS : DAY_MS;
    return new Date(now() + Number(count) * unitMs).toISOString();
  };
}

/** A time as RFC 3339, or a calendar day, which means its first moment in UTC. */
export function instantOrDayArgument(text: string): string {
  return instantArgument(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text);
}

/** A month of the calendar, in UTC. */
export function monthArgument(text: string): string {
  if (/^[12]\d{3}-(0[1-9]|1[0-2])$/.test(text)) return text;
  throw new InvalidArgumentError('A month: YYYY-MM.');
}
