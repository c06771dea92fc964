import type { Kind } from '../contract/job-request/kind.ts';
import { MAX_QUANTITY } from '../contract/shapes/credit-shapes.ts';
import type { Meter } from '../domain/prices/offers.ts';
import { currentPriceList, type PriceList } from '../domain/prices/price-list.ts';
import { faultsOfRule, type FactsOf } from '../domain/prices/price-rule-faults.ts';
import type { CatalogueFault } from './catalogue-error.ts';
import type { Declared } from './declared.ts';
import type { Placed } from './placed.ts';
import { factsOfField } from './field-facts.ts';

type Offers = {
  readonly kinds: readonly Placed<Kind>[];
  readonly meters: readonly Placed<Meter>[];
  readonly priceLists: readonly Placed<PriceList>[];
  readonly declared: Declared;
};

/**
 * The faults of a price list. The current version of a name must price everything that can be asked for; an older one
 * is a record, and stays when kinds change.
 */
export function faultsOfPriceList(
  path: string,
  list: PriceList,
  { kinds, meters, priceLists, declared }: Offers,
): readonly CatalogueFault[] {
  const first = priceLists.find(({ entry }) => entry.version === list.version);
  if (first?.path !== path) {
    return [
      {
        path: `${path}.version`,
        fault: `there is another price list ${String(list.version)}: a quote names its version alone`,
      },
    ];
  }
  const lists = priceLists.map(({ entry }) => entry);
  if (currentPriceList(lists, list.name) !== list) return [];

  const reserved = ['credits', 'price_list'].filter((name) => Object.hasOwn(list.planning, name));
  if (reserved.length > 0) {
    return [{ path: `${path}.planning`, fault: `${reserved.join(' and ')} is a field of every estimate` }];
  }
  const at = (name: string, fault: string): CatalogueFault => ({ path: `${path}.${name}`, fault });
  const faultsOf = (name: string, factsOf: FactsOf, mostAtOnce = 1): readonly CatalogueFault[] => {
    const rule = Object.hasOwn(list.prices, name) ? list.prices[name] : undefined;
    if (rule === undefined) return [at(name, 'no price')];
    return faultsOfRule(rule, factsOf, mostAtOnce).map((fault) => at(name, fault));
  };
  const sold = new Set([...declared.kinds, ...meters.map(({ entry }) => entry.name)]);
  return [
    ...kinds.flatMap(({ entry }) => faultsOf(entry.name, factsOfKind(entry))),
    ...meters.flatMap(({ entry }) =>
      declared.kinds.has(entry.name) ? [] : faultsOf(entry.name, NO_FIELDS, MAX_QUANTITY),
    ),
    ...Object.keys(list.prices)
      .filter((name) => !sold.has(name))
      .map((name) => at(name, 'a price for what is neither a kind nor a meter')),
  ];
}

/** A metered use is priced by its quantity, which is not a field. */
const NO_FIELDS: FactsOf = () => undefined;

function factsOfKind(kind: Kind): FactsOf {
  return (field) => {
    const schema = kind.priceFields.includes(field) ? kind.fields[field] : undefined;
    return schema === undefined ? undefined : factsOfField(schema, Object.hasOwn(kind.defaults, field));
  };
}
