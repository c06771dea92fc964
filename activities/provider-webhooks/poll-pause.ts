/** The longest pause between polls: a customer waits no longer than this for a finished result. */
const SELDOM_MS = { told: 30_000, polled: 10_000 } as const;

/**
 * The next pause, as a share of the time that the attempt has been followed. Where the service sends a webhook, a poll
 * is for the one that is lost, and makes a short job at most twice as long. Without webhooks a result is found at most
 * a twentieth late.
 */
const SHARES = { told: 1, polled: 0.05 } as const;

/**
 * The pause before the next poll. It grows with the time that the attempt has been followed, by any worker: thousands
 * of attempts that run for minutes are not polled five times a second, nor all at once by the worker that takes them
 * over.
 * @param providerPauseMs the pause that the service asks for, at least.
 */
export function pollPauseMs(
  providerPauseMs: number,
  followedMs: number,
  heardBy: keyof typeof SHARES,
): number {
  return Math.max(
    providerPauseMs,
    Math.min(SELDOM_MS[heardBy], providerPauseMs + followedMs * SHARES[heardBy]),
  );
}
