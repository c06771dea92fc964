/** What was declared, with faults or not: a faulty entry is reported where it stands, and not as missing elsewhere. */
export type Declared = {
  /** By name. */
  readonly kinds: ReadonlySet<string>;
  readonly models: ReadonlySet<string>;
  /** The kinds that some model makes. */
  readonly made: ReadonlySet<string>;
  readonly hasNoKind: boolean;
  readonly hasNoPriceList: boolean;
};

export function declaredIn({ kinds, models, priceLists }: Readonly<Record<string, unknown>>): Declared {
  return {
    kinds: new Set(namesOf(kinds)),
    models: new Set(namesOf(models)),
    made: new Set(listOf(models).flatMap((model) => Object.keys(Object(fieldOf(model, 'makes')) as object))),
    hasNoKind: listOf(kinds).length === 0 && Array.isArray(kinds),
    hasNoPriceList: listOf(priceLists).length === 0 && Array.isArray(priceLists),
  };
}

function namesOf(list: unknown): readonly string[] {
  return listOf(list).flatMap((entry) => {
    const name = fieldOf(entry, 'name');
    return typeof name === 'string' ? [name] : [];
  });
}

function listOf(list: unknown): readonly unknown[] {
  return Array.isArray(list) ? list : [];
}

function fieldOf(entry: unknown, field: string): unknown {
  return typeof entry === 'object' && entry !== null
    ? (entry as Readonly<Record<string, unknown>>)[field]
    : undefined;
}
