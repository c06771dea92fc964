import type { Kind } from '../contract/job-request/kind.ts';
import {
  expectedCostOf,
  type DimensionRule,
  type Making,
  type Model,
  type ModelTimes,
} from '../domain/work/models.ts';
import { isMoreThan } from '../domain/prices/dollars.ts';
import type { Stage } from '../domain/work/stages.ts';
import type { CatalogueFault } from './catalogue-error.ts';
import type { Declared } from './declared.ts';
import { factsOfField } from './field-facts.ts';
import { isRepeated, type Placed } from './placed.ts';

/** Shares add up to 1, within the rounding of tenths. */
const SHARE_TOLERANCE = 1e-6;

type Offers = {
  readonly kinds: readonly Placed<Kind>[];
  readonly models: readonly Placed<Model>[];
  readonly declared: Declared;
};

/** The faults of a model whose parts are all valid. */
export function faultsOfModel(
  path: string,
  model: Model,
  { kinds, models, declared }: Offers,
): readonly CatalogueFault[] {
  const at = (place: string, fault: string): CatalogueFault => ({ path: `${path}${place}`, fault });
  return [
    ...(isRepeated(models, { path, entry: model })
      ? [at('.name', `there is another model "${model.name}"`)]
      : []),
    ...(Object.keys(model.makes).length === 0 ? [at('.makes', 'it makes nothing')] : []),
    ...(model.minDeadlineSeconds > model.maxDeadlineSeconds
      ? [at('.minDeadlineSeconds', 'above maxDeadlineSeconds')]
      : []),
    ...Object.entries(model.makes).flatMap(([kindName, making]) =>
      faultsOfCost(model, model, making).map((fault) => at('.maxCost', `${fault} of ${kindName}`)),
    ),
    ...Object.entries(model.makes).flatMap(([kindName, making]) =>
      faultsOfMaking(model, kindName, making, { kinds, declared }).map(([place, fault]) =>
        at(`.makes.${kindName}${place}`, fault),
      ),
    ),
    ...model.fallbacks.flatMap((name, index) =>
      faultsOfFallback(model, name, { models, declared }).map((fault) =>
        at(`.fallbacks[${String(index)}]`, fault),
      ),
    ),
  ];
}

type Placement = readonly [place: string, fault: string];

function faultsOfMaking(
  model: Model,
  kindName: string,
  making: Making,
  { kinds, declared }: Pick<Offers, 'kinds' | 'declared'>,
): readonly Placement[] {
  const kind = kinds.find(({ entry }) => entry.name === kindName)?.entry;
  if (kind === undefined) return declared.kinds.has(kindName) ? [] : [['', `there is no kind ${kindName}`]];
  const { times, mediaType, dimensions, stages } = making;
  return [
    ...faultsOfTimes(times, model),
    ...(kind.mediaTypes.includes(mediaType)
      ? []
      : [['.mediaType', `${kindName} is ${kind.mediaTypes.join(' or ')}, not ${mediaType}`] as const]),
    ...(dimensions === null ? [] : faultsOfDimensions(dimensions, kind, mediaType)),
    ...(stages === null ? [] : faultsOfStages(stages, mediaType)),
  ];
}

/** A value of the field without a size would be found out only when its result is there and paid for. */
function faultsOfDimensions(rule: DimensionRule, kind: Kind, mediaType: string): readonly Placement[] {
  if (!isSeen(mediaType)) return [['.dimensions', `${mediaType} has none`]];
  if ('width' in rule) return [];
  const { field, sizes } = rule;
  const schema = kind.fields[field];
  const facts = schema && factsOfField(schema, Object.hasOwn(kind.defaults, field));
  if (!facts?.values || !facts.isAlwaysThere)
    return [
      ['.dimensions.field', `${field} is no field of ${kind.name} that always has one of a few values`],
    ];
  return facts.values
    .filter((value) => !Object.hasOwn(sizes, String(value)))
    .map((value): Placement => ['.dimensions.sizes', `no size for ${field} ${String(value)}`]);
}

function isSeen(mediaType: string): boolean {
  return /^(image|video)\//.test(mediaType);
}

function faultsOfTimes(times: ModelTimes, model: Model): readonly Placement[] {
  const order = ['expectedSeconds', 'startDeadlineSeconds', 'stuckSeconds', 'deadlineSeconds'] as const;
  const late = order.slice(1).flatMap((instant, index): readonly Placement[] => {
    const before = order[index] ?? instant;
    return times[before] <= times[instant] ? [] : [[`.times.${instant}`, `before ${before}`]];
  });
  const { deadlineSeconds } = times;
  const isOutside = deadlineSeconds < model.minDeadlineSeconds || deadlineSeconds > model.maxDeadlineSeconds;
  return isOutside
    ? [...late, ['.times.deadlineSeconds', 'not between minDeadlineSeconds and maxDeadlineSeconds']]
    : late;
}

function faultsOfStages(stages: readonly Stage[], mediaType: string): readonly Placement[] {
  const last = stages.length - 1;
  const total = stages.reduce((sum, stage) => sum + stage.share, 0);
  const faults: Placement[] = stages.flatMap((stage, index): Placement[] => {
    const earlier = stages.slice(0, index).map(({ name }) => name);
    const at = (place: string, fault: string): Placement => [`.stages[${String(index)}]${place}`, fault];
    return [
      ...(earlier.includes(stage.name) ? [at('.name', `there is another stage "${stage.name}"`)] : []),
      ...stage.needs.flatMap((need, nth) =>
        earlier.includes(need) ? [] : [at(`.needs[${String(nth)}]`, `no earlier stage is named ${need}`)],
      ),
      ...(stage.dimensions === undefined || isSeen(stage.mediaType)
        ? []
        : [at('.dimensions', `${stage.mediaType} has none`)]),
      ...(index === last && stage.parts > 1 ? [at('.parts', 'one file is delivered')] : []),
      ...(index === last && stage.mediaType !== mediaType
        ? [at('.mediaType', `the result is ${mediaType}`)]
        : []),
    ];
  });
  if (Math.abs(total - 1) > SHARE_TOLERANCE)
    faults.push(['.stages', `shares add up to ${total.toFixed(3)}, not 1`]);
  return faults;
}

/** Checks the cap against the first attempt's cost: customers would find out otherwise. */
function faultsOfCost({ maxCost }: Model, maker: Model, making: Making): readonly string[] {
  const expected = expectedCostOf(maker, making);
  return isMoreThan(expected, maxCost) ? [`maxCost is ${maxCost}, below the ${expected} expected`] : [];
}

function faultsOfFallback(
  model: Model,
  name: string,
  { models, declared }: Pick<Offers, 'models' | 'declared'>,
): readonly string[] {
  const fallback = models.find(({ entry }) => entry.name === name)?.entry;
  if (fallback === undefined) return declared.models.has(name) ? [] : [`there is no model ${name}`];
  if (name === model.name) return ['a model does not take over from itself'];
  if (model.takesReferences && !fallback.takesReferences)
    return [`${name} is shown no pictures (takesReferences), and ${model.name} is`];
  return Object.entries(model.makes).flatMap(([kind, { stages }]) => {
    const by = fallback.makes[kind];
    if (by === undefined) return [`${name} does not make ${kind}`];
    return stages === null && by.stages === null
      ? faultsOfCost(model, fallback, by).map((fault) => `${model.name}: ${fault} of ${kind} by ${name}`)
      : [`${kind} is made in stages, which no model takes over`];
  });
}
