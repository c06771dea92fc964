import { sumCredits } from '../credits/credits.ts';
import {
  BATCH_KIND,
  EDIT_KIND,
  kindOf,
  NO_SOURCES,
  resolveWork,
  sourceIdsOf,
  withDefaults,
  type KindRules,
  type ResolvedWork,
  type SourceOf,
} from '../work/work.ts';
import type { JobRequest, WorkItem } from '../work/job-request.ts';
import { priceByRule, type PriceBreakdown, type PriceList, type PricePart } from './price-list.ts';

/** How long a submission may cite a quote (docs/credits.md). */
export const QUOTE_LIFETIME_SECONDS = 15 * 60;

type QuoteLine = {
  readonly item: number;
  readonly kind: string;
  readonly quantity: number;
  readonly unit_credits: number;
  readonly credits: number;
  /** The parts of `unit_credits`, if it is more than one figure of the price list. */
  readonly parts?: readonly PricePart[];
};

export type Price = {
  readonly price_list: number;
  readonly total: number;
  readonly lines: readonly QuoteLine[];
};

/** What a price is computed from, besides the request. */
export type Pricing = { readonly kinds: readonly KindRules[]; readonly priceList: PriceList };

/** The items of a request: those of a batch, or the request itself as the only one. */
export function workItemsOf(request: JobRequest): readonly WorkItem[] {
  if (request.kind !== BATCH_KIND) return [request];
  return request.items ?? [];
}

/** Whether it has an edit, whose source must be read before it can be priced. */
export function hasEdits(request: JobRequest): boolean {
  return workItemsOf(request).some((work) => work.kind === EDIT_KIND);
}

/** How many outputs a request makes. */
export function outputCountOf(request: JobRequest): number {
  return workItemsOf(request).reduce((count, item) => count + (item.variations ?? 1), 0);
}

/**
 * The exact price of a request under one price list, in credits. Pure: same request, same list, same price.
 * @param sourceOf what an edit's source was; needed for edits only. Throws RangeError when an edit's source is unknown.
 */
export function priceRequest(
  request: JobRequest,
  { kinds, priceList }: Pricing,
  sourceOf: SourceOf = NO_SOURCES,
): Price {
  const lines = workItemsOf(request).map((work, item): QuoteLine => {
    const quantity = work.variations ?? 1;
    const unit = unitPriceOf(resolveWork(work, sourceOf, kinds), kinds, priceList);
    const parts = isOneFigure(unit) ? {} : { parts: unit.parts };
    return {
      ...{ item, kind: work.kind, quantity, unit_credits: unit.credits, credits: quantity * unit.credits },
      ...parts,
    };
  });
  return { price_list: priceList.version, total: sumCredits(lines.map((line) => line.credits)), lines };
}

/** The price of a request, in credits; null: the source of an edit is not known. */
export function creditsIfKnown(
  request: JobRequest,
  pricing: Pricing,
  sourceOf: SourceOf = NO_SOURCES,
): number | null {
  const isKnown = sourceIdsOf(workItemsOf(request)).every((id) => sourceOf(id) !== undefined);
  return isKnown ? priceRequest(request, pricing, sourceOf).total : null;
}

/** The price of one output. Throws RangeError when the price list has none for its kind. */
function unitPriceOf(
  work: ResolvedWork,
  kinds: readonly KindRules[],
  { name, version, prices }: PriceList,
): PriceBreakdown {
  const rule = Object.hasOwn(prices, work.kind) ? prices[work.kind] : undefined;
  if (rule === undefined)
    throw new RangeError(`price list ${name} ${String(version)} has no price for ${work.kind}`);
  return priceByRule(rule, withDefaults(work, kindOf(kinds, work.kind)));
}

function isOneFigure({ parts }: PriceBreakdown): boolean {
  return parts.length === 1 && parts[0]?.rule !== 'per_unit';
}
