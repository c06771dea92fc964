import { sumCredits } from './credits.ts';
import { NO_SOURCES, sourceIdsOf, resolveWork, type ResolvedWork, type SourceOf } from './edit.ts';
import type { JobRequest, WorkItem } from './job-request.ts';
import { CURRENT_PRICE_LIST, type PriceList } from './price-list.ts';

/** A quote may be cited by a submission for this long (docs/credits.md). */
export const QUOTE_LIFETIME_SECONDS = 15 * 60;

type QuoteLine = {
  readonly item: number;
  readonly kind: WorkItem['kind'];
  readonly quantity: number;
  readonly unit_credits: number;
  readonly credits: number;
};

export type Price = {
  readonly price_list: number;
  readonly total: number;
  readonly lines: readonly QuoteLine[];
};

/** The items of a request: those of a batch, or the request itself as the only one. */
export function workItemsOf(request: JobRequest): readonly WorkItem[] {
  if (request.kind !== 'batch') return [{ ...request, kind: request.kind }];
  return request.items ?? [];
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
  priceList: PriceList = CURRENT_PRICE_LIST,
  sourceOf: SourceOf = NO_SOURCES,
): Price {
  const lines = workItemsOf(request).map((work, item): QuoteLine => {
    const quantity = work.variations ?? 1;
    const unitCredits = unitCreditsOf(resolveWork(work, sourceOf), priceList);
    return { item, kind: work.kind, quantity, unit_credits: unitCredits, credits: quantity * unitCredits };
  });
  return { price_list: priceList.version, total: sumCredits(lines.map((line) => line.credits)), lines };
}

/** What a request costs; null while the source of an edit in it is not known. In credits. */
export function creditsIfKnown(request: JobRequest, sourceOf: SourceOf = NO_SOURCES): number | null {
  const isKnown = sourceIdsOf(workItemsOf(request)).every((id) => sourceOf(id) !== undefined);
  return isKnown ? priceRequest(request, CURRENT_PRICE_LIST, sourceOf).total : null;
}

function unitCreditsOf(work: ResolvedWork, priceList: PriceList): number {
  switch (work.kind) {
    case 'static_ad':
      return priceList.staticAd;
    case 'video_ad':
      return priceList.videoAd[work.duration_seconds ?? 30][work.quality ?? 'standard'];
  }
}
