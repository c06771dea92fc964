/** So many colors of series there are in tokens.css: as many as sources of credits. */
export const SERIES_COLORS = 7;

/** Amounts by day, of one or more series that stand on each other. */
export type DaySeries = {
  /** Days as `2026-01-31`, in order, without gaps. */
  readonly days: readonly string[];
  /** A series is what there is at the end of each day, not what came in it: of all days the last one counts. */
  readonly isLevel?: boolean;
  readonly series: readonly { readonly name: string; readonly values: readonly number[] }[];
};
