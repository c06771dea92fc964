/** Times and counts of the sandbox. Tests use short ones. */
export type SandboxSettings = {
  /** How long a process is frozen. */
  readonly freezeMs: number;
  /** The fewest jobs under way during a fault. If there are fewer, some are started. */
  readonly jobsBeside: number;
};

export const DEFAULT_SANDBOX_SETTINGS: SandboxSettings = { freezeMs: 10_000, jobsBeside: 3 };

/** `10 s`, `1.4 s`. */
export function secondsText(ms: number): string {
  const seconds = ms / 1_000;
  return `${Number.isInteger(seconds) ? String(seconds) : seconds.toFixed(1)} s`;
}
