/** Amounts by day, in one or more stacked series. */
export type DaySeries = {
  /** Days as `2026-01-31`, in order and without gaps. */
  readonly days: readonly string[];
  /** The values are levels at the end of each day, not amounts of the day: for all days, the last value counts. */
  readonly isLevel?: boolean;
  readonly series: readonly {
    readonly name: string;
    /** A class of series-colors.ts. */
    readonly color: string;
    readonly values: readonly number[];
  }[];
};
