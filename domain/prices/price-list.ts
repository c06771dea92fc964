import { assertNever } from '../assert-never.ts';
import { sumCredits, toCredits } from '../credits/credits.ts';

/**
 * The prices of a deployment under a name and a version, in credits. A published version never changes; a new price is
 * a new version of the name, and new quotes use the highest.
 */
export type PriceList = {
  readonly name: string;
  readonly version: number;
  /** By kind and by metered use: the price of one output, of one use. */
  readonly prices: Readonly<Record<string, PriceRule>>;
  /** The estimator's figures: with `{ statics: 35 }` a balance of 100 buys 2 `statics`. */
  readonly planning: Readonly<Record<string, number>>;
};

/** The current list of a name: its highest version. Undefined: there is no such name. */
export function currentPriceList(lists: readonly PriceList[], name: string): PriceList | undefined {
  const ofName = lists.filter((list) => list.name === name);
  return ofName.reduce<PriceList | undefined>(
    (latest, list) => (latest === undefined || list.version > latest.version ? list : latest),
    undefined,
  );
}

/** The current list of an account's own name, or of the first name. Throws RangeError when there is no list at all. */
export function priceListFor(lists: readonly PriceList[], accountList: string | null = null): PriceList {
  const [first] = lists;
  const own = accountList === null ? undefined : currentPriceList(lists, accountList);
  const found = own ?? (first && currentPriceList(lists, first.name));
  if (found === undefined) throw new RangeError('there is no price list');
  return found;
}

/** The price of one metered use. Throws RangeError when it has none. */
export function usePrice({ prices }: PriceList, meter: string): number {
  const rule = Object.hasOwn(prices, meter) ? prices[meter] : undefined;
  if (rule === undefined) throw new RangeError(`there is no price for ${meter}`);
  return priceByRule(rule, {}).credits;
}

/**
 * The price rule of a kind or a metered use. Rules are data: published under a version, hashed, and shown to customers.
 * In credits.
 */
export type PriceRule = FlatPrice | TablePrice | UnitPrice | SumPrice;

export type FlatPrice = { readonly rule: 'flat'; readonly credits: number };

/** One price for each combination of the values that its fields allow. */
export type TablePrice = {
  readonly rule: 'table';
  /** The fields in the order in which `prices` nests. */
  readonly fields: readonly string[];
  readonly prices: PriceTable;
};
export type PriceTable = { readonly [value: string]: number | PriceTable };

/** A price for each unit of an amount, rounded up to whole units. */
export type UnitPrice = {
  readonly rule: 'per_unit';
  /** For people: `second`, `megapixel`, `thousand characters`. */
  readonly unit: string;
  /** The amount: a number field, the product of two, or the characters (Unicode code points) of a text field. */
  readonly measure: 'number' | 'product' | 'characters';
  readonly fields: readonly string[];
  /** The size of one unit. */
  readonly unit_size: number;
  readonly credits: number;
  /** The minimum, in credits. */
  readonly minimum?: number | undefined;
};

export type SumPrice = { readonly rule: 'sum'; readonly of: readonly PriceRule[] };

/** The parts of a price, one for each rule that is not a sum. */
export type PricePart = {
  readonly rule: Exclude<PriceRule['rule'], 'sum'>;
  readonly credits: number;
  /** For a price per unit: the number of units and the price of each, before the minimum. */
  readonly unit?: string;
  readonly units?: number;
  readonly unit_credits?: number;
};

export type PriceBreakdown = { readonly credits: number; readonly parts: readonly PricePart[] };

/** One output's fields, with the defaults of its kind. */
type PricedFields = Readonly<Record<string, unknown>>;

/**
 * The exact price of one output under a rule. Pure. Throws RangeError for a value without a price; the check of a
 * catalogue (price-rule-faults.ts) finds at start that every value a kind allows has one.
 */
export function priceByRule(rule: PriceRule, fields: PricedFields): PriceBreakdown {
  const parts = partsOf(rule, fields);
  return { credits: sumCredits(parts.map((part) => part.credits)), parts };
}

/** Every field that a rule reads, each once. */
export function fieldsOfRule(rule: PriceRule): readonly string[] {
  switch (rule.rule) {
    case 'flat':
      return [];
    case 'table':
    case 'per_unit':
      return [...new Set(rule.fields)];
    case 'sum':
      return [...new Set(rule.of.flatMap(fieldsOfRule))];
    default:
      return assertNever(rule);
  }
}

/** Whole units of an amount, rounded up. Correct for fractions too: n units hold the amount and n − 1 do not. */
export function wholeUnits(amount: number, unitSize: number): number {
  let units = Math.ceil(amount / unitSize);
  // A division rounds: 3 units of 0.1 are 0.30000000000000004 of an amount.
  if (units > 0 && (units - 1) * unitSize >= amount) units -= 1;
  if (units * unitSize < amount) units += 1;
  return units;
}

function partsOf(rule: PriceRule, fields: PricedFields): readonly PricePart[] {
  switch (rule.rule) {
    case 'flat':
      return [{ rule: 'flat', credits: toCredits(rule.credits) }];
    case 'table':
      return [{ rule: 'table', credits: tablePrice(rule, fields) }];
    case 'per_unit': {
      const units = wholeUnits(amountOf(rule, fields), rule.unit_size);
      const credits = toCredits(Math.max(units * rule.credits, rule.minimum ?? 0));
      return [{ rule: 'per_unit', credits, unit: rule.unit, units, unit_credits: rule.credits }];
    }
    case 'sum':
      return rule.of.flatMap((part) => partsOf(part, fields));
    default:
      return assertNever(rule);
  }
}

/** The entry of a table for these fields; undefined: there is none. */
export function tableEntryOf(
  { fields: names, prices }: TablePrice,
  fields: PricedFields,
): number | undefined {
  let price: number | PriceTable | undefined = prices;
  for (const name of names) {
    const value = String(fields[name]);
    price = typeof price === 'object' && Object.hasOwn(price, value) ? price[value] : undefined;
  }
  return typeof price === 'number' ? price : undefined;
}

/** The values that a table has no price for, in words. */
export function unpricedText({ fields: names }: TablePrice, fields: PricedFields): string {
  return `no price for ${names.map((name) => `${name} ${String(fields[name])}`).join(', ')}`;
}

function tablePrice(rule: TablePrice, fields: PricedFields): number {
  const price = tableEntryOf(rule, fields);
  if (price === undefined) throw new RangeError(unpricedText(rule, fields));
  return toCredits(price);
}

function amountOf({ measure, fields: names }: UnitPrice, fields: PricedFields): number {
  return names.reduce((product, name) => product * quantityOf(name, fields[name], measure), 1);
}

function quantityOf(name: string, value: unknown, measure: UnitPrice['measure']): number {
  if (measure === 'characters') {
    if (typeof value === 'string') return [...value].length;
  } else if (typeof value === 'number' && Number.isFinite(value) && value >= 0) {
    return value;
  }
  throw new RangeError(`no amount to price: ${name} is ${String(value)}`);
}
