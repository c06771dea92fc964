/** Amounts by day, of one or more series that stand on each other. */
export type DaySeries = {
  /** Days as `2026-01-31`, in order, without gaps. */
  readonly days: readonly string[];
  readonly series: readonly { readonly name: string; readonly values: readonly number[] }[];
};
