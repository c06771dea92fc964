import type { z } from 'zod';
import { fieldErrorsOf } from '../../../contract/job-request/field-errors.ts';
import { invalidRequest } from '../problem.ts';
import { readJsonBody, readOptionalJsonBody } from './read-json-body.ts';
import type { Exchange } from '../route.ts';

/** A body that a schema has read, and the same as it was sent: a JSON object, of which fingerprints are taken. */
export type ReadBody<Schema extends z.ZodType> = {
  readonly body: z.output<Schema>;
  readonly sent: Readonly<Record<string, unknown>>;
};

/** Reads a body by a schema of objects. Throws the problem invalid_request with a pointer for each field that is wrong. */
export async function readBody<Schema extends z.ZodType>(
  { request, response }: Exchange,
  schema: Schema,
): Promise<ReadBody<Schema>> {
  return parseBody(await readJsonBody(request, response), schema);
}

/** The same of a call that may be sent without its body. */
export async function readOptionalBody<Schema extends z.ZodType>(
  { request, response }: Exchange,
  schema: Schema,
): Promise<ReadBody<Schema>> {
  const sent = await readOptionalJsonBody(request, response);
  return parseBody(sent === undefined ? {} : sent, schema);
}

function parseBody<Schema extends z.ZodType>(sent: unknown, schema: Schema): ReadBody<Schema> {
  const parsed = schema.safeParse(sent);
  if (!parsed.success) throw invalidRequest(fieldErrorsOf(sent, parsed.error.issues));
  return { body: parsed.data, sent: sent as Readonly<Record<string, unknown>> };
}
