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
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
};

/** A form's values by field name. A field that is not filled in is absent. */
export type Values = Readonly<Record<string, unknown>>;

/**
 * A schema as the form reads it: null is left out of a choice, since an absent field is the same to the form, and a choice of single values is a
 * list of them.
 */
export function readSchema(schema: Schema): Schema {
  const { anyOf, items, properties, ...rest } = schema;
  const choices = anyOf?.filter(({ type }) => type !== 'null').map(readSchema) ?? [];
  const [only] = choices;
  if (only !== undefined && choices.length === 1) return { ...only, ...rest };
  const values = choices.map(valuesOf);
  return {
    ...rest,
    ...(choices.length > 1 && values.every((some) => some.length > 0) ? { enum: values.flat() } : {}),
    ...(items === undefined ? {} : { items: readSchema(items) }),
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, property]) => [name, readSchema(property)]),
          ),
        }),
  };
}

/** The only values of a field, if its schema lists them. */
export function valuesOf({ enum: values, const: only }: Schema): readonly unknown[] {
  return values ?? (only === undefined ? [] : [only]);
}

/** The value of a field, which may be called as something that every object has (`valueOf`). Undefined: it is not filled in. */
export const valueIn = (values: Values, name: string): unknown =>
  Object.hasOwn(values, name) ? values[name] : undefined;

/** Returns the values without empty texts, lists and objects. */
export function filledIn(values: Values): Values {
  return (filledValue(values) ?? {}) as Values;
}

/** Undefined: nothing in it is filled in. */
function filledValue(value: unknown): unknown {
  if (value === null || value === '') return undefined;
  if (Array.isArray(value)) {
    const items = value.map(filledValue).filter((item) => item !== undefined);
    return items.length === 0 ? undefined : items;
  }
  if (typeof value !== 'object') return value;
  const fields = Object.entries(value)
    .map(([name, one]: [string, unknown]) => [name, filledValue(one)] as const)
    .filter(([, one]) => one !== undefined);
  return fields.length === 0 ? undefined : Object.fromEntries(fields);
}

/**
 * Returns the values with those that a required field has before a person touches it: the single value that it allows, which is not shown, and an
 * empty checkbox.
 */
export function withGiven(schema: Schema, values: Values): Values {
  const given = Object.entries(schema.properties ?? {}).flatMap(([name, property]): [string, unknown][] => {
    const isRequired = schema.required?.includes(name) === true;
    const value = valueIn(values, name) ?? (isRequired ? givenOf(property) : undefined);
    return value === undefined ? [] : [[name, withGivenWithin(property, value)]];
  });
  return { ...values, ...Object.fromEntries(given) };
}

function withGivenWithin({ properties, items }: Schema, value: unknown): unknown {
  if (Array.isArray(value) && items?.properties !== undefined) {
    return value.map((item: unknown) => withGivenWithin(items, item));
  }
  const isGroup = properties !== undefined && typeof value === 'object' && value !== null;
  return isGroup ? withGiven({ properties }, value as Values) : value;
}

function givenOf(schema: Schema): unknown {
  if (schema.properties !== undefined) return {};
  return schema.const ?? (schema.type === 'boolean' ? false : undefined);
}

/** The JSON pointers of required fields without a value. */
export function missingFields(schema: Schema, values: Values, at = ''): readonly string[] {
  const properties = schema.properties ?? {};
  return (schema.required ?? []).flatMap((name) => {
    const property = properties[name];
    const value = valueIn(values, name);
    const pointer = `${at}/${name}`;
    if (property?.properties !== undefined) {
      return missingFields(property, (value ?? {}) as Values, pointer);
    }
    return property !== undefined && value === undefined ? [pointer] : [];
  });
}

/** Returns the values with the one at `path` replaced. */
export function withValue(values: Values, path: readonly string[], value: unknown): Values {
  const [name, ...rest] = path;
  if (name === undefined) return values;
  if (rest.length === 0) return { ...values, [name]: value };
  return { ...values, [name]: withValue((valueIn(values, name) ?? {}) as Values, rest, value) };
}

/** Returns the values of the fields that the schema has: a draft may have been written when it had others. */
export function shownValues(schema: Schema, values: Values): Values {
  const entries = Object.entries(values).flatMap(([name, value]): [string, unknown][] => {
    const property = propertyOf(schema, name);
    if (property === undefined) return [];
    const isGroup = property.properties !== undefined && typeof value === 'object' && value !== null;
    return [[name, isGroup ? shownValues(property, value as Values) : value]];
  });
  return Object.fromEntries(entries);
}

/** Whether the schema has the field of a JSON pointer, or the list that the pointer names an item of. */
export function hasField(schema: Schema, pointer: string): boolean {
  const [name = '', ...rest] = pointer.split('/').slice(1);
  const property = propertyOf(schema, name);
  if (property === undefined || property.const !== undefined) return false;
  return property.properties === undefined || hasField(property, `/${rest.join('/')}`);
}

function propertyOf({ properties = {} }: Schema, name: string): Schema | undefined {
  return Object.hasOwn(properties, name) ? properties[name] : undefined;
}

/** Returns the schema without the fields of this name, wherever they stand. */
export function withoutField(schema: Schema, name: string): Schema {
  if (schema.properties === undefined) return schema;
  const kept = Object.entries(schema.properties)
    .filter(([one]) => one !== name)
    .map(([one, property]) => [one, withoutField(property, name)] as const);
  return { ...schema, properties: Object.fromEntries(kept) };
}
