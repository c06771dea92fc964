import type { Request } from 'express';
import { z } from 'zod';
import { fieldErrorsOf } from '../../contract/field-errors.ts';
import { parseInstant } from '../../domain/parse-instant.ts';
import { invalidRequest } from './problem.ts';

const MAX_LIST_LIMIT = 100;
const DEFAULT_LIST_LIMIT = 50;

/**
 * The query parameters by a strict schema: an unknown one is refused, since a filter that is mistyped and ignored shows
 * too much. Throws the problem invalid_request, its pointers naming parameters.
 */
export function readQuery<Schema extends z.ZodType>(request: Request, schema: Schema): z.output<Schema> {
  const query: unknown = request.query;
  const parsed = schema.safeParse(query);
  if (parsed.success) return parsed.data;
  throw invalidRequest(fieldErrorsOf(query, parsed.error.issues), 'A query parameter is not valid.');
}

export function wholeNumber(min: number, max: number) {
  return z.string().transform((text, context) => {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    const detail = `A whole number from ${String(min)} to ${String(max)}.`;
    context.addIssue({ code: 'custom', params: { code: codeOfNumber(value, min) }, message: detail });
    return z.NEVER;
  });
}

export const listLimit = wholeNumber(1, MAX_LIST_LIMIT).default(DEFAULT_LIST_LIMIT);

/** A time, answered in UTC: an offset that RFC 3339 allows may be more than PostgreSQL reads. */
export const instant = z.string().transform((text, context) => {
  const moment = parseInstant(text);
  if (moment !== null) return moment.toISOString();
  const detail = 'A time as RFC 3339 writes it, e.g. 2026-01-31T12:00:00Z (a + is %2B in a query).';
  context.addIssue({ code: 'custom', params: { code: 'not_a_time' }, message: detail });
  return z.NEVER;
});

function codeOfNumber(value: number, min: number): string {
  if (Number.isNaN(value)) return 'not_an_integer';
  return value < min ? 'too_small' : 'too_large';
}
