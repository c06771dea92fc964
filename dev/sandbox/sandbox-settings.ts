/** How long things take in the sandbox; tests have them short. */
export type SandboxSettings = {
  /** How long a process stands still. */
  readonly freezeMs: number;
  /** Jobs that are under way beside a fault, at least: they are started where there are fewer. */
  readonly jobsBeside: number;
};

export const DEFAULT_SANDBOX_SETTINGS: SandboxSettings = { freezeMs: 10_000, jobsBeside: 3 };

/** `10 s`, `1.4 s`. */
export function secondsText(ms: number): string {
  const seconds = ms / 1_000;
  return `${Number.isInteger(seconds) ? String(seconds) : seconds.toFixed(1)} s`;
}
