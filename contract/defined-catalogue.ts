import type { GrantTerms, Meter, Pack, Plan } from '../domain/prices/offers.ts';
import type { Model } from '../domain/work/models.ts';
import type { PriceList } from '../domain/prices/price-list.ts';
import type { JobRequestShape } from './job-request/job-request-schema.ts';
import type { Kind } from './job-request/kind.ts';

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
  /** What a credit brings in, in US dollars as text; null: not known. */
  readonly creditValue: string | null;
  /** The job bodies that can be sent here. */
  readonly jobRequest: JobRequestShape;
};
