import { priceByRule, type PriceRule } from './price-rules.ts';

/**
 * The prices of a deployment under a name and a version, in credits. A published version never changes; a new price is a new version
 * of the same name, and new quotes are made under the highest.
 */
export type PriceList = {
  readonly name: string;
  readonly version: number;
  /** By kind, and by metered use: of one output, of one use. */
  readonly prices: Readonly<Record<string, PriceRule>>;
  /** What the estimator plans with: `{ statics: 35 }` says that a balance of 100 buys 2 `statics`. */
  readonly planning: Readonly<Record<string, number>>;
};

/** The list that new quotes are made under: the highest version of a name. Undefined for a name that is not there. */
export function currentPriceList(lists: readonly PriceList[], name: string): PriceList | undefined {
  const ofName = lists.filter((list) => list.name === name);
  return ofName.reduce<PriceList | undefined>(
    (latest, list) => (latest === undefined || list.version > latest.version ? list : latest),
    undefined,
  );
}

/**
 * The list that an account is priced by: the current version of its own name, or of the first name there is. Throws RangeError where
 * there is no list at all.
 */
export function priceListFor(lists: readonly PriceList[], accountList: string | null = null): PriceList {
  const [first] = lists;
  const own = accountList === null ? undefined : currentPriceList(lists, accountList);
  const found = own ?? (first && currentPriceList(lists, first.name));
  if (found === undefined) throw new RangeError('there is no price list');
  return found;
}

/** What one metered use costs. Throws RangeError for what has no price of its own. */
export function usePrice({ prices }: PriceList, meter: string): number {
  const rule = Object.hasOwn(prices, meter) ? prices[meter] : undefined;
  if (rule === undefined) throw new RangeError(`there is no price for ${meter}`);
  return priceByRule(rule, {}).credits;
}
