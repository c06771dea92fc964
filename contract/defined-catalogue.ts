import type { GrantTerms, Meter, Pack, Plan } from '../domain/prices/offers.ts';
import type { Model } from '../domain/work/models.ts';
import type { PriceList } from '../domain/prices/price-list.ts';
import type { JobRequestShape } from './job-request/job-request-schema.ts';
import type { Kind } from './job-request/kind.ts';

/** The catalogue of a deployment, checked as a whole (catalogue/define-catalogue.ts). */
export type Catalogue = {
  readonly kinds: readonly Kind[];
  /** The first that makes a kind is its default. */
  readonly models: readonly Model[];
  /** The first one is for every account without its own. */
  readonly priceLists: readonly PriceList[];
  /** From the lowest up. */
  readonly plans: readonly Plan[];
  readonly packs: readonly Pack[];
  readonly grants: GrantTerms;
  readonly meters: readonly Meter[];
  /** The income of a credit, in US dollars as text; null: not known. */
  readonly creditValue: string | null;
  /** The job bodies of this catalogue. */
  readonly jobRequest: JobRequestShape;
};
