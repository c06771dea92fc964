import { hostileText } from './hostile-texts.ts';

type Schema = {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maxLength?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
};

/** Fields of a job whose values are names of ours, not texts. */
const HOW = new Set(['kind', 'model', 'test_scenario', 'quote_id', 'member', 'project', 'metadata']);
const MOST = 10_000;

/**
 * A body of a kind by its JSON Schema. Every text in it is hostile and as long as allowed, at most 10,000 characters.
 */
export function hostileBody(schema: Schema): Readonly<Record<string, unknown>> {
  return fieldsOf(schema, HOW);
}

function fieldsOf(schema: Schema, without: ReadonlySet<string> = new Set()): Record<string, unknown> {
  const required = new Set(schema.required);
  const fields = Object.entries(schema.properties ?? {}).flatMap(([name, field]): [string, unknown][] => {
    if (without.has(name)) return [];
    const value = valueOf(field, required.has(name));
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(fields);
}

/** A value that is not a text, if it is required. */
function valueOf(field: Schema, isRequired: boolean): unknown {
  if (field.properties !== undefined) return fieldsOf(field);
  const isText = field.type === 'string' && field.enum === undefined && field.const === undefined;
  if (isText && field.pattern === undefined && field.format === undefined) {
    return hostileText(Math.min(field.maxLength ?? MOST, MOST));
  }
  if (!isRequired) return undefined;
  return field.const ?? field.enum?.[0] ?? field.minimum;
}
