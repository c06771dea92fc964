/** A check at the end: its name, how many rows it looked at, and those where it does not hold. */
export type SoakCheck = {
  readonly name: string;
  readonly rows: number;
  readonly violations: number;
  readonly examples: readonly unknown[];
};

/** The report of a soak: the seed to run it again with, and what was found. */
export type SoakReport = { readonly seed: number; readonly checks: readonly SoakCheck[] };
