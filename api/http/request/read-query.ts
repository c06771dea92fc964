import type { Request } from 'express';
import type { z } from 'zod';
import { fieldErrorsOf } from '../../../contract/job-request/field-errors.ts';
import { invalidRequest } from '../problem.ts';

/**
 * Parses the query by a strict schema: an unknown parameter is refused, since an ignored, mistyped filter would show
 * too much. Throws invalid_request, with parameters as pointers.
 */
export function readQuery<Schema extends z.ZodType>(request: Request, schema: Schema): z.output<Schema> {
  const query: unknown = request.query;
  const parsed = schema.safeParse(query);
  if (parsed.success) return parsed.data;
  throw invalidRequest(fieldErrorsOf(query, parsed.error.issues), 'A query parameter is not valid.');
}
