import { assertNever } from '../assert-never.ts';
import type { PriceRule, PriceTable } from './price-list.ts';

/** One figure of a price list: the values that it is for, and the credits. */
type PriceRow = { readonly values: Readonly<Record<string, string>>; readonly credits: number };

/** The figures of a rule, where it is a list of them; null for a rule that computes. */
export function priceRowsOf(rule: PriceRule): readonly PriceRow[] | null {
  switch (rule.rule) {
    case 'flat':
      return [{ values: {}, credits: rule.credits }];
    case 'table':
      return rowsOf(rule.prices, rule.fields);
    case 'per_unit':
    case 'sum':
      return null;
    default:
      return assertNever(rule);
  }
}

function rowsOf(prices: PriceTable, [field, ...rest]: readonly string[]): readonly PriceRow[] {
  if (field === undefined) return [];
  return Object.entries(prices).flatMap(([value, price]): readonly PriceRow[] =>
    typeof price === 'number'
      ? [{ values: { [field]: value }, credits: price }]
      : rowsOf(price, rest).map((row) => ({ ...row, values: { [field]: value, ...row.values } })),
  );
}
