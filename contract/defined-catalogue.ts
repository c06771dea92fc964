import type { GrantTerms, Meter, Pack, Plan } from '../domain/offers.ts';
import type { Model } from '../domain/models.ts';
import { priceListFor, type PriceList } from '../domain/price-list.ts';
import type { Pricing } from '../domain/quote.ts';
import type { JobRequestShape } from './job-request-schema.ts';
import type { Kind } from './kind.ts';

/** What a deployment offers: checked as a whole, so that its readers need check nothing (catalogue/define-catalogue.ts). */
export type Catalogue = {
  readonly kinds: readonly Kind[];
  /** The first that makes a kind is its default. */
  readonly models: readonly Model[];
  /** The first one's name is that of every account that has none of its own. */
  readonly priceLists: readonly PriceList[];
  /** From the lowest up. */
  readonly plans: readonly Plan[];
  readonly packs: readonly Pack[];
  readonly grants: GrantTerms;
  readonly meters: readonly Meter[];
  /** The job bodies that can be sent here. */
  readonly jobRequest: JobRequestShape;
};

/** What an account's prices are computed from. @param accountList the price list of its own; null: it has none. */
export function pricingOf({ kinds, priceLists }: Catalogue, accountList: string | null = null): Pricing {
  return { kinds, priceList: priceListFor(priceLists, accountList) };
}
