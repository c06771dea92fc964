import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { messageOf } from '../domain/message-of.ts';

type JsonSchema = Readonly<Record<string, unknown>>;

const CHANGES = 'it changes what was sent: a body is kept as it was sent, and read again by the workers';

/** What a schema is asked about beside a value of its own: what a body may have in any field. */
const ANY_VALUES: readonly unknown[] = [undefined, null, true, 0, 1, '', 'a', [], {}];

/** The schema of a field, as an adopter writes it. Its faults are told of where it stands. */
export const fieldSchema = z.custom<z.ZodType>().superRefine((value, context) => {
  const fault = faultOfSchema(value);
  if (fault !== null) context.addIssue({ code: 'custom', message: fault });
});

/**
 * Why a body cannot be read by a schema; null when it can. It has to have a JSON Schema, to fill in nothing, to return what it was given,
 * and to return at once.
 */
function faultOfSchema(value: unknown): string | null {
  if (!(value instanceof z.ZodType)) {
    return 'not a zod schema made with the z that the catalogue was given';
  }
  let json: JsonSchema;
  try {
    json = z.toJSONSchema(value, { io: 'input' });
  } catch (error) {
    return `it has no JSON Schema: ${messageOf(error)}`;
  }
  if (hasDefault(json)) return 'its default belongs into `defaults`: a body is kept as it was sent';
  if (!isSameOutput(value, json)) return CHANGES;
  try {
    const samples = [...ANY_VALUES, sampleOf(json)];
    return samples.every((sample) => isKept(value, sample)) ? null : CHANGES;
  } catch (error) {
    return `it cannot read every value: ${messageOf(error)}`;
  }
}

/** Whether a schema fills something in, at whatever depth. */
function hasDefault(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return false;
  const { properties, ...rest } = schema as { readonly properties?: object };
  // What a field is called says nothing of it.
  return 'default' in rest || [properties ?? {}, rest].some((part) => Object.values(part).some(hasDefault));
}

/** A transform has no JSON Schema of what it returns; a pipe has another. An object that drops what it does not know is neither. */
function isSameOutput(schema: z.ZodType, input: JsonSchema): boolean {
  const text = (json: JsonSchema) =>
    JSON.stringify(json, (key, value: unknown) => (key === 'additionalProperties' ? undefined : value));
  try {
    return text(z.toJSONSchema(schema, { io: 'output' })) === text(input);
  } catch {
    return false;
  }
}

/** Whether a value is refused, or taken as the type that it is and no differently when it is read again. */
function isKept(schema: z.ZodType, sample: unknown): boolean {
  const read = schema.safeParse(sample);
  if (!read.success) return true;
  const isSameType = typeof read.data === typeof sample && (read.data === null) === (sample === null);
  return isSameType && isDeepStrictEqual(schema.safeParse(read.data).data, read.data);
}

/** A value that a JSON Schema allows, as far as its types say; refinements run on it. */
function sampleOf(json: JsonSchema): unknown {
  const { type, enum: values, const: only, properties, items, minLength, minItems, minimum } = json;
  if (only !== undefined) return only;
  if (Array.isArray(values)) return values[0] as unknown;
  switch (type) {
    case 'string':
      return 'a'.repeat(typeof minLength === 'number' ? Math.min(Math.max(minLength, 1), 1_000) : 1);
    case 'number':
    case 'integer':
      return typeof minimum === 'number' ? Math.max(minimum, 1) : 1;
    case 'array':
      return Array.from({ length: Math.min(Number(minItems ?? 1), 100) }, () => sampleOf(toJson(items)));
    case 'object':
      return Object.fromEntries(
        Object.entries(toJson(properties)).map(([name, property]) => [name, sampleOf(toJson(property))]),
      );
    default:
      return undefined;
  }
}

function toJson(value: unknown): JsonSchema {
  return typeof value === 'object' && value !== null ? (value as JsonSchema) : {};
}
