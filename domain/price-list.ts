import type { VideoDurationSeconds, VideoQuality } from './job-request.ts';

export type PriceList = {
  readonly version: number;
  readonly staticAd: number;
  readonly videoAd: Readonly<Record<VideoDurationSeconds, Readonly<Record<VideoQuality, number>>>>;
  readonly chatMessage: number;
  /** The figure the estimator plans a video with. */
  readonly planningVideo: number;
};

/** Version 1, in credits (docs/credits.md). A published version never changes; a new price is a new version. */
const VERSION_1: PriceList = {
  version: 1,
  staticAd: 35,
  videoAd: {
    15: { draft: 500, standard: 600, high: 700 },
    30: { draft: 600, standard: 700, high: 800 },
    60: { draft: 700, standard: 800, high: 900 },
  },
  chatMessage: 1,
  planningVideo: 700,
};

const PRICE_LISTS: ReadonlyMap<number, PriceList> = new Map([[VERSION_1.version, VERSION_1]]);

/** The version new quotes are made under. */
export const CURRENT_PRICE_LIST = VERSION_1;

/** The price list of a version, or undefined when it was never published. */
export function priceListOf(version: number): PriceList | undefined {
  return PRICE_LISTS.get(version);
}
