/** The result of a benchmark: its ratios, each from pairs measured in the same run, and the figures of both sides. */
export type BenchReport = {
  readonly ratios: Readonly<Record<string, number>>;
};

/** One side of a ratio: a figure per run, in the order of the runs, and their median. */
export type BenchSide = { readonly runs: readonly number[]; readonly median: number };
