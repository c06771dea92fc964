/** The part of JSON Schema that the kinds of a catalogue use and the form reads. */
export type Schema = {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
};

/** A form's values by field name. A field that is not filled in is absent. */
export type Values = Readonly<Record<string, unknown>>;

/** Returns the values without empty texts, lists and objects. */
export function filledIn(values: Values): Values {
  const entries = Object.entries(values).flatMap(([name, value]): [string, unknown][] => {
    if (value === undefined || value === null || value === '') return [];
    if (Array.isArray(value)) {
      const items = value.filter((item) => item !== '');
      return items.length === 0 ? [] : [[name, items]];
    }
    if (typeof value === 'object') {
      const inner = filledIn(value as Values);
      return Object.keys(inner).length === 0 ? [] : [[name, inner]];
    }
    return [[name, value]];
  });
  return Object.fromEntries(entries);
}

/** The JSON pointers of required fields without a value. */
export function missingFields(schema: Schema, values: Values, at = ''): readonly string[] {
  const properties = schema.properties ?? {};
  return (schema.required ?? []).flatMap((name) => {
    const property = properties[name];
    if (property === undefined || property.const !== undefined) return [];
    const value = values[name];
    const pointer = `${at}/${name}`;
    if (property.properties !== undefined) {
      return missingFields(property, (value ?? {}) as Values, pointer);
    }
    return value === undefined ? [pointer] : [];
  });
}

/** Returns the values with the one at `path` replaced. */
export function withValue(values: Values, path: readonly string[], value: unknown): Values {
  const [name, ...rest] = path;
  if (name === undefined) return values;
  if (rest.length === 0) return { ...values, [name]: value };
  return { ...values, [name]: withValue((values[name] ?? {}) as Values, rest, value) };
}

/** Returns the values of the fields that the schema has: a draft may have been written when it had others. */
export function shownValues(schema: Schema, values: Values): Values {
  const entries = Object.entries(values).flatMap(([name, value]): [string, unknown][] => {
    const property = schema.properties?.[name];
    if (property === undefined) return [];
    const isGroup = property.properties !== undefined && typeof value === 'object' && value !== null;
    return [[name, isGroup ? shownValues(property, value as Values) : value]];
  });
  return Object.fromEntries(entries);
}

/** Whether the schema has the field of a JSON pointer, or the list that the pointer names an item of. */
export function hasField(schema: Schema, pointer: string): boolean {
  const [name = '', ...rest] = pointer.split('/').slice(1);
  const property = Object.hasOwn(schema.properties ?? {}, name) ? schema.properties?.[name] : undefined;
  if (property === undefined || property.const !== undefined) return false;
  return property.properties === undefined || hasField(property, `/${rest.join('/')}`);
}

/** Returns the schema without the fields of this name, wherever they stand. */
export function withoutField(schema: Schema, name: string): Schema {
  if (schema.properties === undefined) return schema;
  const kept = Object.entries(schema.properties)
    .filter(([one]) => one !== name)
    .map(([one, property]) => [one, withoutField(property, name)] as const);
  return { ...schema, properties: Object.fromEntries(kept) };
}
