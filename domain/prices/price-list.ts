import { assertNever } from '../assert-never.ts';
import { sumCredits, toCredits } from '../credits/credits.ts';

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

/**
 * How one output of a kind, or one metered use, is priced. Rules are data: they are published under a version, hashed, and shown to
 * customers as they are. Credits throughout.
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

/** So much for each unit of an amount, rounded up to whole units. */
export type UnitPrice = {
  readonly rule: 'per_unit';
  /** For people: `second`, `megapixel`, `thousand characters`. */
  readonly unit: string;
  /** The amount: a number field, the product of two, or the characters (Unicode code points) of a text field. */
  readonly measure: 'number' | 'product' | 'characters';
  readonly fields: readonly string[];
  /** So much of the amount is one unit. */
  readonly unit_size: number;
  readonly credits: number;
  /** The least that this rule costs. Credits. */
  readonly minimum?: number | undefined;
};

export type SumPrice = { readonly rule: 'sum'; readonly of: readonly PriceRule[] };

/** What a price comes from, one entry for each rule that is not a sum. */
export type PricePart = {
  readonly rule: Exclude<PriceRule['rule'], 'sum'>;
  readonly credits: number;
  /** Of a price per unit: so many units at so much, before its minimum. */
  readonly unit?: string;
  readonly units?: number;
  readonly unit_credits?: number;
};

export type PriceBreakdown = { readonly credits: number; readonly parts: readonly PricePart[] };

/** The fields of one output, with the defaults of its kind filled in. */
export type PricedFields = Readonly<Record<string, unknown>>;

/**
 * The exact price of one output under a rule. Pure. Throws RangeError for a value that the rule has no price for; the check of a
 * catalogue (price-rule-faults.ts) finds at start that there is none among the values that a kind allows.
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

/** The entry of a table for these fields; undefined where it has none. */
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

/** What a table has no price for, in words. */
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
