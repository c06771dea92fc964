import { sumCredits } from './credits.ts';
import type { JobRequest, VideoDurationSeconds, VideoQuality, WorkItem } from './job-request.ts';
import { CURRENT_PRICE_LIST, type PriceList } from './price-list.ts';

/** A quote may be cited by a submission for this long (credit-rules.md, "Prices"). */
export const QUOTE_LIFETIME_SECONDS = 15 * 60;

export type QuoteLine = {
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

/** What an edit takes from its source when its own fields are silent (credit-rules.md, "Prices"). */
export type EditSource = {
  readonly kind: 'static_ad' | 'video_ad';
  readonly duration_seconds?: VideoDurationSeconds | undefined;
  readonly quality?: VideoQuality | undefined;
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
  sourceOf: (outputId: string) => EditSource | undefined = () => undefined,
): Price {
  const lines = workItemsOf(request).map((work, item): QuoteLine => {
    const quantity = work.variations ?? 1;
    const unitCredits = unitCreditsOf(work, priceList, sourceOf);
    return { item, kind: work.kind, quantity, unit_credits: unitCredits, credits: quantity * unitCredits };
  });
  return { price_list: priceList.version, total: sumCredits(lines.map((line) => line.credits)), lines };
}

function unitCreditsOf(
  work: WorkItem,
  priceList: PriceList,
  sourceOf: (outputId: string) => EditSource | undefined,
): number {
  switch (work.kind) {
    case 'static_ad':
      return priceList.staticAd;
    case 'video_ad':
      return priceList.videoAd[work.duration_seconds ?? 30][work.quality ?? 'standard'];
    case 'edit': {
      const source = sourceOf(work.source_output_id ?? '');
      if (source === undefined)
        throw new RangeError(`unknown source output: ${String(work.source_output_id)}`);
      return unitCreditsOf(
        { ...source, ...definedVideoFields(work), kind: source.kind },
        priceList,
        sourceOf,
      );
    }
  }
}

function definedVideoFields(work: WorkItem): Partial<WorkItem> {
  return {
    ...(work.duration_seconds === undefined ? {} : { duration_seconds: work.duration_seconds }),
    ...(work.quality === undefined ? {} : { quality: work.quality }),
  };
}
