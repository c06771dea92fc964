/** The series colors in tokens.css, one for each source of credits. */
export const SERIES_COLORS = 7;

/** Amounts by day, in one or more stacked series. */
export type DaySeries = {
  /** Days as `2026-01-31`, in order and without gaps. */
  readonly days: readonly string[];
  /** The values are levels at the end of each day, not amounts of the day: for all days, the last value counts. */
  readonly isLevel?: boolean;
  readonly series: readonly { readonly name: string; readonly values: readonly number[] }[];
};
