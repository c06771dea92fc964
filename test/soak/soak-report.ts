export type SoakReport = {
  readonly seed: number;
  readonly operations: number;
  readonly operations_by_verb: Readonly<Record<string, number>>;
  readonly answers: Readonly<Record<string, number>>;
  /** Connections ended in the server while clients used them. */
  readonly kills: number;
  /** Statements that broke off, and calls made again under their key because of that. */
  readonly broken_statements: Readonly<Record<string, number>>;
  readonly retries: number;
  /** Callers that gave up, as a process does that dies: nobody read an answer. */
  readonly unacknowledged: number;
  readonly seconds: number;
  readonly operations_per_second: number;
  /** Credits over all accounts at the end. */
  readonly credits: Readonly<Record<string, number>>;
  readonly entries: number;
  readonly checks: readonly SoakCheck[];
};

/** What must hold at the end, over how many rows it was held, and those where it does not. */
export type SoakCheck = {
  readonly name: string;
  readonly rows: number;
  readonly violations: number;
  readonly examples: readonly unknown[];
};
