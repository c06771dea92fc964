import { toCredits } from './credits.ts';
import { CURRENT_PRICE_LIST, type PriceList } from './price-list.ts';

/** What a balance buys: so many static ads, or so many videos at the planning figure; the one or the other, not both. */
export type Estimate = { readonly statics: number; readonly videos: number };

/**
 * How far so many credits go, rounded down (docs/credits.md). For planning only: what a job costs is
 * said by its quote. Throws RangeError for what is not a whole number of credits.
 */
export function estimate(credits: number, priceList: PriceList = CURRENT_PRICE_LIST): Estimate {
  const balance = toCredits(credits);
  return {
    statics: Math.floor(balance / priceList.staticAd),
    videos: Math.floor(balance / priceList.planningVideo),
  };
}
