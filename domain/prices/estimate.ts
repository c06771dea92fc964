import { toCredits } from '../credits/credits.ts';
import type { PriceList } from './price-list.ts';

/** The jobs that a balance buys, by a price list's planning figures: each number alone, not together. */
type Estimate = Readonly<Record<string, number>>;

/**
 * How far credits go, rounded down. For planning only: a quote gives a job's price. Throws RangeError for what is not a
 * whole number of credits.
 */
export function estimate(credits: number, { planning }: Pick<PriceList, 'planning'>): Estimate {
  const balance = toCredits(credits);
  return Object.fromEntries(
    Object.entries(planning).map(([name, figure]) => [name, Math.floor(balance / figure)]),
  );
}

/** The smallest planning figure: the price of one image, where images are sold. 0: there are none. */
export function planningUnitOf({ planning }: Pick<PriceList, 'planning'>): number {
  const figures = Object.values(planning);
  return figures.length === 0 ? 0 : Math.min(...figures);
}
