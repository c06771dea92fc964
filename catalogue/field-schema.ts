import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { brief } from '../contract/job-request/brief.ts';
import { messageOf } from '../domain/message-of.ts';
import { hardTextsFor } from './hard-texts.ts';
import { isDoneInTime } from './time-trial.ts';

type JsonSchema = Readonly<Record<string, unknown>>;

const CHANGES = 'it changes what was sent: a body is kept as it was sent, and read again by the workers';

const ENDLESS = 'it does not come to an end with a value: one of its checks runs for longer than a second';

/** Values to test a schema with, besides its own: what a body may have in any field. */
const ANY_VALUES: readonly unknown[] = [undefined, null, true, 0, 1, '', 'a', [], {}];

/** A field's schema, as an adopter writes it. Faults are reported at its place. */
export const fieldSchema = z.custom<z.ZodType>().superRefine((value, context) => {
  const fault = faultOfSchema(value);
  if (fault !== null) context.addIssue({ code: 'custom', message: fault });
});

/**
 * Why a schema cannot parse a body; null: it can. It must have a JSON Schema, be synchronous, fill in nothing, and
 * return what it was given.
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
    const kept: boolean[] = [];
    const isDone = isDoneInTime(() => void kept.push(samples.every((sample) => isKept(value, sample))));
    if (!isDone) return ENDLESS;
    return kept.includes(false) ? CHANGES : faultOfSpeed(value, json);
  } catch (error) {
    return `it cannot read every value: ${messageOf(error)}`;
  }
}

/** Whether a schema fills in anything, at any depth. */
function hasDefault(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return false;
  const { properties, ...rest } = schema as { readonly properties?: object };
  // A field's name says nothing of it.
  return 'default' in rest || [properties ?? {}, rest].some((part) => Object.values(part).some(hasDefault));
}

/**
 * A transform has no JSON Schema of its result; a pipe has another. An object that drops unknown fields is refused too.
 */
function isSameOutput(schema: z.ZodType, input: JsonSchema): boolean {
  const text = (json: JsonSchema) =>
    JSON.stringify(json, (key, value: unknown) => (key === 'additionalProperties' ? undefined : value));
  try {
    return text(z.toJSONSchema(schema, { io: 'output' })) === text(input);
  } catch {
    return false;
  }
}

/** Whether a value is refused, or parsed to itself, again and again. */
function isKept(schema: z.ZodType, sample: unknown): boolean {
  const read = schema.safeParse(sample);
  if (!read.success) return true;
  const isSameType = typeof read.data === typeof sample && (read.data === null) === (sample === null);
  return isSameType && isDeepStrictEqual(schema.safeParse(read.data).data, read.data);
}

/** How much of a trial text is shown. */
const SHOWN = 12;

/**
 * Why a body could stop the process that reads it: a pattern that backtracks, on a text that a body has room for. Also where the text is longer than
 * its field may be, since zod goes on to the pattern unless it is told to stop.
 */
function faultOfSpeed(schema: z.ZodType, json: JsonSchema): string | null {
  // That of ours is in every catalogue, and its patterns are tried by a test.
  if (schema === brief || !hasText(json)) return null;
  const patterns = saidBy('pattern', json).filter((one) => typeof one === 'string');
  const lengths = saidBy('maxLength', json).filter((one) => typeof one === 'number');
  let tried = '';
  const isDone = isDoneInTime(() => {
    for (tried of hardTextsFor(patterns, lengths)) {
      for (const value of valuesOf(json, tried)) schema.safeParse(value);
    }
  });
  if (isDone) return null;
  const shown = JSON.stringify(tried.slice(0, SHOWN));
  return `it takes too long to read a long text (${shown}…): write its pattern so that it does not backtrack, or .max(n, { abort: true }) before the pattern`;
}

function hasText(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return false;
  const { type, enum: values, const: only } = toJson(schema);
  const isText = type === 'string' && values === undefined && only === undefined;
  return isText || Object.values(schema).some(hasText);
}

/** What a keyword says at any depth of a JSON Schema. */
function saidBy(keyword: string, schema: unknown): readonly unknown[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([name, part]: [string, unknown]) =>
    name === keyword && typeof part !== 'object' ? [part] : saidBy(keyword, part),
  );
}

/** Values of a JSON Schema's types that have this text wherever a text can be. */
function valuesOf(json: JsonSchema, text: string): readonly unknown[] {
  const { type, anyOf, items, properties, additionalProperties, enum: values, const: only } = json;
  if (only !== undefined || Array.isArray(values)) return [sampleOf(json)];
  if (Array.isArray(anyOf)) return anyOf.flatMap((one) => valuesOf(toJson(one), text));
  if (type === 'array') return valuesOf(toJson(items), text).map((item) => [item]);
  if (type === 'object') {
    const fields = Object.entries(toJson(properties)).map(
      ([name, field]) => [name, valuesOf(toJson(field), text)] as const,
    );
    const all = [0, 1, 2, 3].map((at) =>
      Object.fromEntries(fields.map(([name, list]) => [name, list[at] ?? list[0]])),
    );
    return [...all, { [text]: valuesOf(toJson(additionalProperties), text)[0] }];
  }
  return type === 'string' || type === undefined ? [text] : [sampleOf(json)];
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
