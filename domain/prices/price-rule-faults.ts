import { assertNever } from '../assert-never.ts';
import { MAX_CREDITS_PER_CALL } from '../credits/credits.ts';
import {
  tableEntryOf,
  unpricedText,
  wholeUnits,
  type PriceRule,
  type TablePrice,
  type UnitPrice,
} from './price-list.ts';

/** The facts about a kind's field that a price rule needs. */
export type FieldFacts = {
  /** The allowed values, if they are listed. */
  readonly values: readonly (string | number | boolean)[] | null;
  readonly type: 'number' | 'text' | 'other';
  /** The least and the largest number, or length of a text; null: no bound. */
  readonly min: number | null;
  readonly max: number | null;
  /** False: a request may leave it out, and it has no default. */
  readonly isAlwaysThere: boolean;
};

/** The facts of a field by its name; undefined when the kind has no such field. */
export type FactsOf = (field: string) => FieldFacts | undefined;

/** A larger table is slow to check, and not readable as a price list. */
const MAX_COMBINATIONS = 10_000;

/**
 * All faults of a rule for a kind with these fields, in words; empty: it prices every allowed request.
 * @param mostAtOnce the most of it that one request may ask for
 */
export function faultsOfRule(rule: PriceRule, factsOf: FactsOf, mostAtOnce = 1): readonly string[] {
  const faults = faultsOfParts(rule, factsOf);
  if (faults.length > 0) return faults;
  // The ledger refuses a reserve of zero, or of more than one call may move.
  const { least, most } = boundsOfRule(rule, factsOf);
  if (least < 1) return [`costs ${String(least)} credits at its least: at least 1`];
  const bound = Math.floor(MAX_CREDITS_PER_CALL / mostAtOnce);
  return most <= bound ? [] : [`up to ${String(most)} credits: at most ${String(bound)}`];
}

type Bounds = { readonly least: number; readonly most: number };

/** The range of a faultless rule's prices, in credits. */
function boundsOfRule(rule: PriceRule, factsOf: FactsOf): Bounds {
  switch (rule.rule) {
    case 'flat':
      return { least: rule.credits, most: rule.credits };
    case 'table': {
      const prices = pricesIn(rule.prices);
      return { least: Math.min(...prices), most: Math.max(...prices) };
    }
    case 'per_unit': {
      const priceOf = (amount: number) =>
        Math.max(wholeUnits(amount, rule.unit_size) * rule.credits, rule.minimum ?? 0);
      const amountOf = (bound: (facts: FieldFacts | undefined) => number) =>
        rule.fields.reduce((product, field) => product * bound(factsOf(field)), 1);
      return {
        least: priceOf(amountOf((facts) => facts?.min ?? 0)),
        most: priceOf(amountOf((facts) => facts?.max ?? 0)),
      };
    }
    case 'sum': {
      const bounds = rule.of.map((part) => boundsOfRule(part, factsOf));
      return {
        least: bounds.reduce((sum, { least }) => sum + least, 0),
        most: bounds.reduce((sum, { most }) => sum + most, 0),
      };
    }
    default:
      return assertNever(rule);
  }
}

function pricesIn(prices: TablePrice['prices']): readonly number[] {
  return Object.values(prices).flatMap((price) => (typeof price === 'number' ? [price] : pricesIn(price)));
}

function faultsOfParts(rule: PriceRule, factsOf: FactsOf): readonly string[] {
  switch (rule.rule) {
    case 'flat':
      return faultsOfAmount('credits', rule.credits);
    case 'table':
      return faultsOfTable(rule, factsOf);
    case 'per_unit':
      return faultsOfUnitPrice(rule, factsOf);
    case 'sum':
      return rule.of.length === 0
        ? ['a sum of nothing']
        : rule.of.flatMap((part) => faultsOfParts(part, factsOf));
    default:
      return assertNever(rule);
  }
}

function faultsOfTable(rule: TablePrice, factsOf: FactsOf): readonly string[] {
  if (rule.fields.length === 0) return ['a table over no field: a flat price says the same'];
  const missing = rule.fields.flatMap((field) => faultsOfRead(field, factsOf));
  if (missing.length > 0) return missing;
  const values = rule.fields.map((field) => factsOf(field)?.values ?? []);
  const unlisted = rule.fields.filter((_, index) => values[index]?.length === 0);
  if (unlisted.length > 0) {
    return unlisted.map((field) => `a table needs the list of values that ${field} allows`);
  }
  const combinations = values.reduce((count, list) => count * list.length, 1);
  if (combinations > MAX_COMBINATIONS)
    return [`${String(combinations)} prices: at most ${String(MAX_COMBINATIONS)}`];
  return [...unpricedOf(rule, values), ...faultsOfEntries(rule, values)];
}

/** Allowed combinations without a price. */
function unpricedOf(
  rule: TablePrice,
  values: readonly (readonly (string | number | boolean)[])[],
): readonly string[] {
  return combinationsOf(values).flatMap((combination) => {
    const fields = Object.fromEntries(rule.fields.map((field, index) => [field, combination[index]]));
    return tableEntryOf(rule, fields) === undefined ? [unpricedText(rule, fields)] : [];
  });
}

/** Prices of values that are not allowed, and prices that are no credits. */
function faultsOfEntries(
  rule: TablePrice,
  values: readonly (readonly (string | number | boolean)[])[],
): readonly string[] {
  const walk = (prices: TablePrice['prices'], depth: number): readonly string[] =>
    Object.entries(prices).flatMap(([value, price]) => {
      const field = rule.fields[depth];
      if (field === undefined) return [`prices nest deeper than its ${String(rule.fields.length)} fields`];
      if (!(values[depth] ?? []).map(String).includes(value)) {
        return [`a price for ${field} ${value}, which ${field} does not allow`];
      }
      if (typeof price === 'object') return walk(price, depth + 1);
      return depth === rule.fields.length - 1 ? faultsOfAmount(`${field} ${value}`, price) : [];
    });
  return walk(rule.prices, 0);
}

function faultsOfUnitPrice(rule: UnitPrice, factsOf: FactsOf): readonly string[] {
  const count = rule.measure === 'product' ? 2 : 1;
  const own = [
    ...faultsOfAmount('credits', rule.credits),
    ...faultsOfAmount('minimum', rule.minimum ?? 0),
    ...(rule.unit_size > 0 && Number.isFinite(rule.unit_size) ? [] : ['unit_size is not a number above 0']),
    ...(rule.fields.length === count
      ? []
      : [`the measure "${rule.measure}" is of ${count === 1 ? 'one field' : 'two fields'}`]),
    ...rule.fields.flatMap((field) => faultsOfRead(field, factsOf)),
  ];
  if (own.length > 0) return own;
  const wanted = rule.measure === 'characters' ? 'text' : 'number';
  const untyped = rule.fields.flatMap((field) => {
    const facts = factsOf(field);
    if (facts?.type !== wanted) return [`${field} is not a ${wanted}`];
    if (facts.max === null) return [`${field} has no maximum: its price has to be bounded`];
    if (wanted === 'number' && (facts.min === null || facts.min < 0)) return [`${field} may be below 0`];
    return [];
  });
  if (untyped.length > 0) return untyped;
  const most = rule.fields.reduce((product, field) => product * (factsOf(field)?.max ?? 0), 1);
  return Number.isSafeInteger(Math.ceil(most / rule.unit_size))
    ? []
    : [`unit_size ${String(rule.unit_size)} makes more units than can be counted`];
}

/** Why a rule cannot read a field. */
function faultsOfRead(field: string, factsOf: FactsOf): readonly string[] {
  const facts = factsOf(field);
  if (facts === undefined) return [`there is no field ${field} that a price may read`];
  if (!facts.isAlwaysThere) return [`${field} may be left out: it needs a default, or has to be required`];
  return [];
}

function faultsOfAmount(what: string, credits: number): readonly string[] {
  if (Number.isSafeInteger(credits) && credits >= 0 && credits <= MAX_CREDITS_PER_CALL) return [];
  return [`${what}: ${String(credits)} is not a whole number of credits`];
}

function combinationsOf<T>(lists: readonly (readonly T[])[]): readonly (readonly T[])[] {
  return lists.reduce<readonly (readonly T[])[]>(
    (combinations, list) => combinations.flatMap((head) => list.map((value) => [...head, value])),
    [[]],
  );
}
