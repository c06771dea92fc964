/** What the tests of the pages share: one stack, one browser. */
export type ConsoleParts = {
  readonly apiUrl: string;
  readonly platformKey: string;
  /** Where a test connects to the browser. */
  readonly browser: string;
};
