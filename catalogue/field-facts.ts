import { z } from 'zod';
import type { FieldFacts } from '../domain/prices/price-rule-faults.ts';

type JsonSchema = {
  readonly type?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
};

/** The facts of a field for price rules, from its JSON Schema. Throws for a schema without one. */
export function factsOfField(schema: z.ZodType, hasDefault: boolean): FieldFacts {
  const json = z.toJSONSchema(schema, { io: 'input' }) as JsonSchema;
  const type = json.type === 'integer' ? 'number' : json.type;
  return {
    values: valuesOf(json),
    type: type === 'number' ? 'number' : type === 'string' ? 'text' : 'other',
    min: type === 'string' ? (json.minLength ?? 0) : (json.minimum ?? justAbove(json.exclusiveMinimum)),
    max: (type === 'string' ? json.maxLength : json.maximum) ?? null,
    isAlwaysThere: hasDefault || !schema.safeParse(undefined).success,
  };
}

/** Every number above 0 begins a unit. */
function justAbove(exclusiveMinimum: number | undefined): number | null {
  return exclusiveMinimum === 0 ? Number.MIN_VALUE : (exclusiveMinimum ?? null);
}

function valuesOf(json: JsonSchema): FieldFacts['values'] {
  const values = json.enum ?? ('const' in json ? [json.const] : json.type === 'boolean' ? [true, false] : []);
  const listed = values.filter(
    (value) => typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean',
  );
  return listed.length > 0 && listed.length === values.length ? listed : null;
}
