/** What must hold at the end, over how many rows it was held, and those where it does not. */
export type SoakCheck = {
  readonly name: string;
  readonly rows: number;
  readonly violations: number;
  readonly examples: readonly unknown[];
};

/** What every soak reports: what it can be run again with, and what was found. */
export type SoakReport = { readonly seed: number; readonly checks: readonly SoakCheck[] };
