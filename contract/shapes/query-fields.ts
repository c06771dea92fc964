import { z } from 'zod';
import { parseInstant } from '../../domain/parse-value.ts';

/** Parameters that several queries share. All arrive as text. */

const MAX_LIST_LIMIT = 100;
const DEFAULT_LIST_LIMIT = 50;

/** A whole number as text, from `min` to `max`. */
export function wholeNumber(min: number, max: number) {
  const number = z.string().transform((text, context) => {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    const detail = `A whole number from ${String(min)} to ${String(max)}.`;
    context.addIssue({ code: 'custom', params: { code: codeOfNumber(value, min) }, message: detail });
    return z.NEVER;
  });
  return number.meta({ type: 'integer', minimum: min, maximum: max });
}

/** A time, converted to UTC: PostgreSQL does not read every offset that RFC 3339 allows. */
export const timeParameter = z
  .string()
  .transform((text, context) => {
    const moment = parseInstant(text);
    if (moment !== null) return moment.toISOString();
    const detail = 'A time as RFC 3339 writes it, e.g. 2026-01-31T12:00:00Z (a + is %2B in a query).';
    context.addIssue({ code: 'custom', params: { code: 'not_a_time' }, message: detail });
    return z.NEVER;
  })
  .meta({ format: 'date-time' });

/** Absent: this month. */
export const monthParameter = z
  .string()
  .regex(/^[12]\d{3}-(0[1-9]|1[0-2])$/, 'A month, in UTC: 2026-01.')
  .optional();

/** An id to filter by. It need not be the id of a job that exists. */
export const jobIdParameter = z
  .string()
  .superRefine((text, context) => {
    if (/^job_\w{1,64}$/.test(text)) return;
    context.addIssue({ code: 'custom', params: { code: 'not_an_id' }, message: 'An id: job_…' });
  })
  .meta({ pattern: String.raw`^job_\w{1,64}$` });

export const listLimit = wholeNumber(1, MAX_LIST_LIMIT).default(DEFAULT_LIST_LIMIT);

/** For a list in pages: `cursor` is the `next_cursor` of the page before. */
export const pageParameters = { cursor: z.string().optional(), limit: listLimit };

function codeOfNumber(value: number, min: number): string {
  if (Number.isNaN(value)) return 'not_an_integer';
  return value < min ? 'too_small' : 'too_large';
}
