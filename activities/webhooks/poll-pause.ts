/** A service that tells us when a job has ended is asked this seldom, for the webhook that never comes. */
const SELDOM_MS = 10_000;

/**
 * The pause after poll number `polls` (0, 1, …) of an attempt whose service tells when it has ended. It doubles, so that a webhook that never
 * comes makes a short job at most twice as long, and a long one 10 s longer.
 * @param providerPauseMs what the service's own pause would be: no less.
 */
export function pollPauseMs(providerPauseMs: number, polls: number): number {
  return Math.max(providerPauseMs, Math.min(SELDOM_MS, providerPauseMs * 2 ** Math.min(polls, 16)));
}
