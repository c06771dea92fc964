/** The result of a benchmark: its ratios, each from pairs measured in the same run, and the figures of both sides. */
export type BenchReport = {
  readonly ratios: Readonly<Record<string, number>>;
};

/** One side of a ratio: a figure per run, in the order of the runs, and their median. */
export type BenchSide = { readonly runs: readonly number[]; readonly median: number };

/** Named so where the divisor is an absolute bound and not the other side of a pair: the ratio must be at most 1. */
const OF_A_BOUND = /_over_(bound|\d+_ms)$/;

/** The exit code of a benchmark: 1 where a figure is over its absolute bound, or is no number. */
export function exitCodeOf({ ratios }: BenchReport): 0 | 1 {
  return Object.entries(ratios).every(([name, ratio]) => !OF_A_BOUND.test(name) || ratio <= 1) ? 0 : 1;
}
