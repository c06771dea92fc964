import type { Request } from 'express';
import type { z } from 'zod';
import { fieldErrorsOf } from '../../../contract/job-request/field-errors.ts';
import { invalidRequest } from '../problem.ts';

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
