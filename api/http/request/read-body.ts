import type { z } from 'zod';
import { fieldErrorsOf } from '../../../contract/job-request/field-errors.ts';
import { invalidRequest } from '../problem.ts';
import { readJsonBody, readOptionalJsonBody } from './read-json-body.ts';
import type { Exchange } from '../route.ts';

/** A parsed body, and the JSON object as sent, which is fingerprinted. */
export type ReadBody<Schema extends z.ZodType> = {
  readonly body: z.output<Schema>;
  readonly sent: Readonly<Record<string, unknown>>;
};

/** Reads a body by an object schema. Throws invalid_request with a pointer per wrong field. */
export async function readBody<Schema extends z.ZodType>(
  { request, response }: Exchange,
  schema: Schema,
): Promise<ReadBody<Schema>> {
  return parseBody(await readJsonBody(request, response), schema);
}

/** Reads the body of a call that may be sent without one. */
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
