import type { z } from 'zod';
import type { Catalogue } from '../contract/defined-catalogue.ts';
import { createJobRequestShape } from '../contract/job-request/job-request-schema.ts';
import type { Kind } from '../contract/job-request/kind.ts';
import type { Making, Model, StageToInput } from '../domain/work/models.ts';
import {
  creditValueDefinition,
  grantsDefinition,
  kindDefinition,
  meterDefinition,
  modelDefinition,
  packDefinition,
  planDefinition,
  priceListDefinition,
  type CatalogueDefinition,
} from './catalogue-definition.ts';
import { CatalogueError, type CatalogueFault } from './catalogue-error.ts';
import { faultsOfKind } from './check-kind.ts';
import { faultsOfModel } from './check-model.ts';
import { faultsOfOffers } from './check-offers.ts';
import { faultsOfPriceList } from './check-price-list.ts';
import { declaredIn } from './declared.ts';
import type { Placed } from './placed.ts';
import { readDefinition, stepTo } from './read-definition.ts';
import { endingWithin } from './time-trial.ts';

/** It only builds an object. While it runs, the worker that calls it does nothing else: longer, and the heartbeats of other attempts come late. */
const TO_INPUT_LIMIT_MS = 1_000;

/**
 * Checks what an adopter wrote and returns the catalogue. Throws CatalogueError with every fault by its path: one
 * entry's faults do not hide another's.
 */
export function defineCatalogue(written: CatalogueDefinition): Catalogue {
  const { value, faults: unreadable } = readDefinition(written);
  const faults: CatalogueFault[] = [];
  const definition = parseTop(value, faults);
  const kinds = parseList('kinds', definition.kinds, kindDefinition, faults).map(({ path, entry }) => ({
    path,
    entry: { ...entry, fieldNames: Object.keys(entry.fields) } satisfies Kind,
  }));
  const models = parseList('models', definition.models, modelDefinition, faults).map(({ path, entry }) => ({
    path,
    entry: toModel(entry, kinds),
  }));
  const priceLists = parseList('priceLists', definition.priceLists, priceListDefinition, faults);
  const plans = parseList('plans', definition.plans, planDefinition, faults);
  const packs = parseList('packs', definition.packs, packDefinition, faults);
  const meters = parseList('meters', definition.meters, meterDefinition, faults);
  const grants = parseEntry('grants', definition.grants, grantsDefinition, faults);
  const creditValue =
    parseEntry('creditValue', definition.creditValue, creditValueDefinition, faults) ?? null;
  const offers = { kinds, models, priceLists, plans, packs, meters, declared: declaredIn(definition) };

  faults.push(
    ...kinds.flatMap(({ path, entry }) => faultsOfKind(path, entry, offers)),
    ...models.flatMap(({ path, entry }) => faultsOfModel(path, entry, offers)),
    ...priceLists.flatMap(({ path, entry }) => faultsOfPriceList(path, entry, offers)),
    ...faultsOfOffers(offers),
  );
  // An unreadable value is reported where it stood, and nothing more of it.
  const others = faults.filter(({ path }) => !unreadable.some((fault) => isWithin(path, fault.path)));
  if (unreadable.length + others.length > 0 || grants === undefined)
    throw new CatalogueError([...unreadable, ...others]);
  const entriesOf = <Entry>(list: readonly Placed<Entry>[]) => list.map(({ entry }) => entry);
  return markDefined({
    kinds: entriesOf(kinds),
    models: entriesOf(models),
    priceLists: entriesOf(priceLists),
    plans: entriesOf(plans),
    packs: entriesOf(packs),
    meters: entriesOf(meters),
    grants,
    creditValue,
    jobRequest: createJobRequestShape(entriesOf(kinds)),
  });
}

/** The results of defineCatalogue: a copy, changed or not, was not checked. */
const IS_DEFINED = Symbol('defined catalogue');

function markDefined(catalogue: Catalogue): Catalogue {
  return Object.defineProperty(catalogue, IS_DEFINED, { value: true, enumerable: false });
}

/** Whether a value was returned by defineCatalogue. */
export function isDefinedCatalogue(value: unknown): value is Catalogue {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, IS_DEFINED);
}

const PARTS: ReadonlySet<string> = new Set<keyof CatalogueDefinition>([
  ...(['kinds', 'models', 'priceLists', 'plans', 'packs', 'grants', 'meters', 'creditValue'] as const),
]);

type Top = Readonly<Partial<Record<keyof CatalogueDefinition, unknown>>>;

function parseTop(value: unknown, faults: CatalogueFault[]): Top {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CatalogueError([
      { path: '', fault: 'defineCatalogue is given an object: { kinds, models, … }' },
    ]);
  }
  faults.push(
    ...Object.keys(value)
      .filter((key) => !PARTS.has(key))
      .map((key) => ({ path: key, fault: `a catalogue has no such part: ${[...PARTS].join(', ')}` })),
  );
  return value;
}

function parseList<Schema extends z.ZodType>(
  path: string,
  list: unknown,
  schema: Schema,
  faults: CatalogueFault[],
): readonly Placed<z.output<Schema>>[] {
  if (!Array.isArray(list)) {
    faults.push({ path, fault: 'a list is missing' });
    return [];
  }
  return list.flatMap((value: unknown, index) => {
    const at = `${path}[${String(index)}]`;
    const entry = parseEntry(at, value, schema, faults);
    return entry === undefined ? [] : [{ path: at, entry }];
  });
}

function parseEntry<Schema extends z.ZodType>(
  path: string,
  value: unknown,
  schema: Schema,
  faults: CatalogueFault[],
): z.output<Schema> | undefined {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  faults.push(
    ...parsed.error.issues.map((issue) => ({ path: pathOf(path, issue.path), fault: issue.message })),
  );
  return undefined;
}

/** Whether a path is a place or inside it. */
function isWithin(path: string, place: string): boolean {
  return place === '' || path === place || path.startsWith(`${place}.`) || path.startsWith(`${place}[`);
}

function pathOf(start: string, steps: readonly PropertyKey[]): string {
  return steps.reduce<string>(stepTo, start);
}

function toModel(entry: z.output<typeof modelDefinition>, kinds: readonly Placed<Kind>[]): Model {
  const makes = Object.entries(entry.makes).map(([kindName, making]): [string, Making] => {
    const kind = kinds.find(({ entry: { name } }) => name === kindName)?.entry;
    const stages = making.stages?.map(({ cost = entry.cost, toInput: _toInput, dimensions, ...stage }) => ({
      ...stage,
      provider: stage.provider ?? entry.provider,
      ...(dimensions === undefined ? {} : { dimensions }),
      ...(cost === null ? {} : { cost }),
    }));
    return [
      kindName,
      {
        times: making.times,
        mediaType: making.mediaType ?? stages?.at(-1)?.mediaType ?? kind?.mediaTypes[0] ?? '',
        dimensions: making.dimensions,
        stages: stages ?? null,
        toInputs: toInputsOf(making.stages ?? []),
      },
    ];
  });
  const toInput = entry.toInput && endingWithin(TO_INPUT_LIMIT_MS, entry.toInput);
  return { ...entry, toInput, remoteId: entry.remoteId ?? entry.name, makes: Object.fromEntries(makes) };
}

function toInputsOf(
  stages: readonly { readonly name: string; readonly toInput?: StageToInput | undefined }[],
): Readonly<Record<string, StageToInput>> {
  return Object.fromEntries(
    stages.flatMap(({ name, toInput }) =>
      toInput === undefined ? [] : [[name, endingWithin(TO_INPUT_LIMIT_MS, toInput)]],
    ),
  );
}
