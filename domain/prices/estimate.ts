import { toCredits } from '../credits/credits.ts';
import type { PriceList } from './price-list.ts';

/** The jobs that a balance buys, by the planning figures of a price list: so many of the one or of the other, not of both. */
export type Estimate = Readonly<Record<string, number>>;

/**
 * How far so many credits go, rounded down. For planning only: a quote says what a job costs. Throws RangeError for what is not a
 * whole number of credits.
 */
export function estimate(credits: number, { planning }: Pick<PriceList, 'planning'>): Estimate {
  const balance = toCredits(credits);
  return Object.fromEntries(
    Object.entries(planning).map(([name, figure]) => [name, Math.floor(balance / figure)]),
  );
}

/** The least that is planned with: the price of one image, where images are sold. 0 without planning figures. */
export function planningUnitOf({ planning }: Pick<PriceList, 'planning'>): number {
  const figures = Object.values(planning);
  return figures.length === 0 ? 0 : Math.min(...figures);
}
