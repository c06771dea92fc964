import type { z } from 'zod';
import { brief } from '../contract/job-request/brief.ts';
import { COMMON_FIELDS } from '../contract/job-request/job-request-schema.ts';
import type { Kind } from '../contract/job-request/kind.ts';
import { ADDED_TO_WORK } from '../domain/work/reference-assets.ts';
import { BATCH_KIND, EDIT_KIND } from '../domain/work/work.ts';
import type { CatalogueFault } from './catalogue-error.ts';
import type { Declared } from './declared.ts';
import { factsOfField } from './field-facts.ts';
import { isRepeated, type Placed } from './placed.ts';

/** The faults of a kind whose parts are all valid. */
export function faultsOfKind(
  path: string,
  kind: Kind,
  { kinds, declared }: { readonly kinds: readonly Placed<Kind>[]; readonly declared: Declared },
): readonly CatalogueFault[] {
  const at = (place: string, fault: string): CatalogueFault => ({ path: `${path}${place}`, fault });
  const faults: CatalogueFault[] = [];
  if (kind.name === EDIT_KIND || kind.name === BATCH_KIND) {
    faults.push(at('.name', `"${kind.name}" is a kind of ours, which works for every kind`));
  }
  if (isRepeated(kinds, { path, entry: kind })) {
    faults.push(at('.name', `there is another kind "${kind.name}"`));
  }
  if (!declared.made.has(kind.name)) {
    faults.push(at('', `no model makes ${kind.name}`));
  }
  const unknown = (list: 'priceFields' | 'supportFields', field: string, index: number) =>
    Object.hasOwn(kind.fields, field) ? [] : [at(`.${list}[${String(index)}]`, `there is no field ${field}`)];
  return [
    ...faults,
    ...Object.entries(kind.fields).flatMap(([field, schema]) =>
      faultsOfField(field, schema).map((fault) => at(`.fields.${field}`, fault)),
    ),
    ...Object.entries(kind.defaults).flatMap(([field, value]) =>
      faultsOfDefault(kind, field, value).map((fault) => at(`.defaults.${field}`, fault)),
    ),
    ...kind.priceFields.flatMap((field, index) => unknown('priceFields', field, index)),
    ...kind.supportFields.flatMap((field, index) => unknown('supportFields', field, index)),
    ...(kind.subject === null || Object.hasOwn(kind.fields, kind.subject)
      ? []
      : [at('.subject', `there is no field ${kind.subject}`)]),
    ...faultsOfDurationField(kind).map((fault) => at('.durationField', fault)),
  ];
}

/** A length that is no number would never be checked. */
function faultsOfDurationField({ durationField: field, fields, mediaTypes }: Kind): readonly string[] {
  if (field === null) return [];
  const schema = Object.hasOwn(fields, field) ? fields[field] : undefined;
  if (schema === undefined) return [`there is no field ${field}`];
  if (factsOfField(schema, true).type !== 'number') return [`${field} is not a number`];
  const isTimed = mediaTypes.some((type) => /^(audio|video)\//.test(type));
  return isTimed ? [] : [`${mediaTypes.join(' and ')} has no length`];
}

function faultsOfField(field: string, schema: z.ZodType): readonly string[] {
  if (COMMON_FIELDS.has(field)) return ['every job body has a field of this name already'];
  if (ADDED_TO_WORK.has(field)) return ['models are given a field of this name by us'];
  if (field === 'brief' && schema !== brief) return ['a brief is the shared one: { brief }'];
  return [];
}

function faultsOfDefault(kind: Kind, field: string, value: unknown): readonly string[] {
  const schema = Object.hasOwn(kind.fields, field) ? kind.fields[field] : undefined;
  if (schema === undefined) return [`there is no field ${field}`];
  if (!schema.safeParse(undefined).success) return ['the field is required: make it optional'];
  return schema.safeParse(value).success ? [] : ['the field does not allow it'];
}
