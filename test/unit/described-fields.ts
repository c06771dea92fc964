type Schema = Readonly<Record<string, unknown>>;

/** A field of a schema of the document, named by where it stands. */
type DocumentedField = { readonly place: string; readonly schema: Schema };

/** Every field of every schema, those of nested objects and list items too. */
export function fieldsOf(schemas: Readonly<Record<string, Schema>>): readonly DocumentedField[] {
  return Object.entries(schemas).flatMap(([name, schema]) => fieldsIn(name, schema));
}

function fieldsIn(place: string, schema: Schema): readonly DocumentedField[] {
  const properties = (schema['properties'] ?? {}) as Readonly<Record<string, Schema>>;
  const own = Object.entries(properties).map(([name, inner]) => ({
    place: `${place}.${name}`,
    schema: inner,
  }));
  return [
    ...own.flatMap((field) => [field, ...fieldsIn(field.place, field.schema)]),
    ...membersOf(schema).flatMap((member) => fieldsIn(place, member)),
  ];
}

/** What a value of the schema may be, or is made of. */
function membersOf(schema: Schema): readonly Schema[] {
  const several = ['anyOf', 'oneOf', 'allOf'].flatMap((key) => (schema[key] ?? []) as readonly Schema[]);
  const inner = ['items', 'additionalProperties'].flatMap((key) =>
    typeof schema[key] === 'object' ? [schema[key] as Schema] : [],
  );
  return [...several, ...inner];
}

const VALUES_SAY_ALL: readonly unknown[] = ['boolean', 'null', 'object'];

/** Whether a field has words, or an example: itself, by what it refers to, or in one of its members. */
export function isShown(schema: Schema, key: 'description' | 'examples'): boolean {
  if (schema[key] !== undefined || schema['$ref'] !== undefined) return true;
  const isListed = schema['enum'] !== undefined || schema['const'] !== undefined;
  if (key === 'examples' && (isListed || VALUES_SAY_ALL.includes(schema['type']))) return true;
  return membersOf(schema).some((member) => isShown(member, key));
}
