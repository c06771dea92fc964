import type { FlatPrice, PriceRule, PriceTable, SumPrice, TablePrice, UnitPrice } from './price-list.ts';

/** Builders of price rules. Each returns plain data. */

/** Always the same price. */
export function flat(credits: number): FlatPrice {
  return { rule: 'flat', credits };
}

/** A price for each combination of values: `table(['duration_seconds', 'quality'], { 15: { draft: 500 } })`. */
export function table(fields: readonly string[], prices: PriceTable): TablePrice {
  return { rule: 'table', fields, prices };
}

type UnitTerms = {
  readonly credits: number;
  /** The minimum, in credits. */
  readonly minimum?: number;
};

/** For each begun unit of a number field: `perUnit('second', 'duration_seconds', { credits: 5 })`. */
export function perUnit(
  unit: string,
  field: string,
  terms: UnitTerms & { readonly size?: number },
): UnitPrice {
  const { size = 1, ...rest } = terms;
  return { rule: 'per_unit', unit, measure: 'number', fields: [field], unit_size: size, ...rest };
}

export function perSecond(field: string, terms: UnitTerms): UnitPrice {
  return perUnit('second', field, terms);
}

/** For each begun thousand characters (Unicode code points) of a text field. */
export function perThousandCharacters(field: string, terms: UnitTerms): UnitPrice {
  const unit = 'thousand characters';
  return { rule: 'per_unit', unit, measure: 'characters', fields: [field], unit_size: 1_000, ...terms };
}

/** For each begun million pixels of a width and a height. */
export function perMegapixel(width: string, height: string, terms: UnitTerms): UnitPrice {
  const fields = [width, height];
  return { rule: 'per_unit', unit: 'megapixel', measure: 'product', fields, unit_size: 1_000_000, ...terms };
}

/** The sum of rules. */
export function sum(...of: readonly PriceRule[]): SumPrice {
  return { rule: 'sum', of };
}
