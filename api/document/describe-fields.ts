import { FIELD_GLOSSARY } from '../../contract/field-glossary.ts';
import { parseUrl } from '../../domain/parse-url.ts';
import type { JsonSchema } from './document-types.ts';

/** Where a schema holds others: one, several, or by name. */
const INNER = { one: ['items', 'additionalProperties'], several: ['anyOf', 'oneOf', 'allOf'] } as const;

/** A JSON Schema in which a field without words or an example of its own has those of the glossary, however deep it stands. */
export function describeFields(schema: JsonSchema): JsonSchema {
  const { properties } = schema;
  return {
    ...schema,
    ...each(INNER.one, schema, (inner) => (isSchema(inner) ? describeFields(inner) : inner)),
    ...each(INNER.several, schema, (inner) => (inner as readonly JsonSchema[]).map(describeFields)),
    ...(isSchema(properties)
      ? {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, field]) => [
              name,
              describeField(name, field as JsonSchema),
            ]),
          ),
        }
      : {}),
  };
}

function each(keys: readonly string[], schema: JsonSchema, change: (inner: unknown) => unknown): JsonSchema {
  return Object.fromEntries(
    keys.flatMap((key) => (schema[key] === undefined ? [] : [[key, change(schema[key])] as const])),
  );
}

function describeField(name: string, field: JsonSchema): JsonSchema {
  const described = describeFields(field);
  const [description, example] = (Object.hasOwn(FIELD_GLOSSARY, name) && FIELD_GLOSSARY[name]) || [];
  const shown = [example, idOf(described)].find((value) => mayBe(described, value));
  return {
    ...(description === undefined ? {} : { description }),
    ...(shown === undefined ? {} : { examples: [shown] }),
    ...described,
  };
}

/** An id as its prefix has it. */
function idOf(field: JsonSchema): string | undefined {
  const ids = choicesOf(field).map(({ pattern }) => /^\^([a-z]+_)/.exec(String(pattern))?.[1]);
  const prefix = ids.find((id) => id !== undefined);
  return prefix === undefined ? undefined : `${prefix}01h455vb4pex5vsknk084sn02q`;
}

function choicesOf(field: JsonSchema): readonly JsonSchema[] {
  return [field, ...INNER.several.flatMap((key) => (field[key] ?? []) as readonly JsonSchema[])];
}

/** Whether an example may stand at a field. What is one of a few values, or described elsewhere, needs none. */
function mayBe(field: JsonSchema, example: unknown): boolean {
  return example !== undefined && choicesOf(field).some((choice) => fits(choice, example));
}

function fits(field: JsonSchema, example: unknown): boolean {
  const { type, pattern, format, items, $ref } = field;
  if ($ref !== undefined || field['enum'] !== undefined || field['const'] !== undefined) return false;
  const types: readonly unknown[] = Array.isArray(type) ? type : [type];
  if (!types.includes(typeOf(example)) && !(types.includes('integer') && typeof example === 'number'))
    return false;
  if (Array.isArray(example)) return isSchema(items) && example.every((one) => fits(items, one));
  if (typeof example !== 'string') return true;
  return (
    (typeof pattern !== 'string' || new RegExp(pattern).test(example)) &&
    (format !== 'uri' || parseUrl(example) !== null)
  );
}

function typeOf(example: unknown): string {
  if (example === null) return 'null';
  return Array.isArray(example) ? 'array' : typeof example;
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
