import type { z } from 'zod';
import type { Catalogue } from '../contract/defined-catalogue.ts';
import { createJobRequestShape } from '../contract/job-request/job-request-schema.ts';
import type { Kind } from '../contract/job-request/kind.ts';
import type { Making, Model } from '../domain/models.ts';
import {
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
import type { Placed } from './placed.ts';

/**
 * What a deployment offers, from what its adopter wrote. Throws CatalogueError, which names every fault by its path: the
 * faults of one entry hide none of another's.
 */
export function defineCatalogue(definition: CatalogueDefinition): Catalogue {
  const faults: CatalogueFault[] = [];
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
  const declaredKinds = new Set(namesOf(definition.kinds));
  const offers = { kinds, models, priceLists, plans, packs, meters, declaredKinds };

  faults.push(
    ...kinds.flatMap(({ path, entry }) => faultsOfKind(path, entry, offers)),
    ...models.flatMap(({ path, entry }) => faultsOfModel(path, entry, offers)),
    ...priceLists.flatMap(({ path, entry }) => faultsOfPriceList(path, entry, offers)),
    ...faultsOfOffers(offers),
  );
  if (faults.length > 0 || grants === undefined) throw new CatalogueError(faults);
  const entriesOf = <Entry>(list: readonly Placed<Entry>[]) => list.map(({ entry }) => entry);
  return {
    kinds: entriesOf(kinds),
    models: entriesOf(models),
    priceLists: entriesOf(priceLists),
    plans: entriesOf(plans),
    packs: entriesOf(packs),
    meters: entriesOf(meters),
    grants,
    jobRequest: createJobRequestShape(entriesOf(kinds)),
  };
}

/** Whether a value has the parts of what defineCatalogue returns. */
export function isDefinedCatalogue(value: unknown): value is Catalogue {
  return typeof value === 'object' && value !== null && 'jobRequest' in value && 'kinds' in value;
}

/** Of what was written, whether or not it could be read. */
function namesOf(list: unknown): readonly string[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry: unknown) => {
    const name = typeof entry === 'object' && entry !== null && 'name' in entry ? entry.name : undefined;
    return typeof name === 'string' ? [name] : [];
  });
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

function pathOf(start: string, steps: readonly PropertyKey[]): string {
  return steps.reduce<string>(
    (path, step) => (typeof step === 'number' ? `${path}[${String(step)}]` : `${path}.${String(step)}`),
    start,
  );
}

function toModel(entry: z.output<typeof modelDefinition>, kinds: readonly Placed<Kind>[]): Model {
  const makes = Object.entries(entry.makes).map(([kindName, making]): [string, Making] => {
    const kind = kinds.find(({ entry: { name } }) => name === kindName)?.entry;
    const stages = making.stages?.map((stage) => ({ ...stage, provider: stage.provider ?? entry.provider }));
    return [
      kindName,
      {
        times: making.times,
        mediaType: making.mediaType ?? stages?.at(-1)?.mediaType ?? kind?.mediaTypes[0] ?? '',
        stages: stages ?? null,
      },
    ];
  });
  return { ...entry, remoteId: entry.remoteId ?? entry.name, makes: Object.fromEntries(makes) };
}
