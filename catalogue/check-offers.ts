import type { Kind } from '../contract/job-request/kind.ts';
import type { Meter, Pack, Plan } from '../domain/prices/offers.ts';
import type { CatalogueFault } from './catalogue-error.ts';
import type { Declared } from './declared.ts';
import { isRepeated, type Placed } from './placed.ts';

/** The faults of plans, packs and meters, and of a catalogue without what every one needs. */
export function faultsOfOffers(offers: {
  readonly kinds: readonly Placed<Kind>[];
  readonly plans: readonly Placed<Plan>[];
  readonly packs: readonly Placed<Pack>[];
  readonly meters: readonly Placed<Meter>[];
  readonly declared: Declared;
}): readonly CatalogueFault[] {
  const { kinds, declared, plans, packs, meters } = offers;
  const kindNames = kinds.map(({ entry }) => entry.name);
  return [
    ...(declared.hasNoKind ? [{ path: 'kinds', fault: 'there is no kind' }] : []),
    ...(declared.hasNoPriceList ? [{ path: 'priceLists', fault: 'there is no price list' }] : []),
    ...[plans, packs, meters].flatMap(repeatedNames),
    ...plans.flatMap(({ path, entry }, index) => {
      const below = plans[index - 1]?.entry;
      return below === undefined || below.credits < entry.credits
        ? []
        : [
            {
              path: `${path}.credits`,
              fault: `not above those of ${below.name}: plans are listed from the lowest up`,
            },
          ];
    }),
    ...meters.flatMap(({ path, entry }) =>
      kindNames.includes(entry.name) ? [{ path: `${path}.name`, fault: `${entry.name} is a kind` }] : [],
    ),
  ];
}

function repeatedNames(list: readonly Placed<{ readonly name: string }>[]): readonly CatalogueFault[] {
  return list.flatMap((placed) =>
    isRepeated(list, placed)
      ? [{ path: `${placed.path}.name`, fault: `there is another "${placed.entry.name}"` }]
      : [],
  );
}
