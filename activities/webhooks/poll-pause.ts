/** No attempt is asked less often: a person waits no longer than this for a result that is there, however long its run was. */
const SELDOM_MS = { told: 30_000, polled: 10_000 } as const;

/**
 * Of the time that an attempt has been followed, the next pause. Where its service tells when a job has ended, polls are for the webhook that
 * never comes: it makes a short job at most twice as long. Where the poll is the only news, a result is found a twentieth later at most.
 */
const SHARES = { told: 1, polled: 0.05 } as const;

/**
 * The pause before the next poll of an attempt. It grows with the time that the attempt has been followed, whichever worker followed it: thousands
 * that run for minutes are not asked five times a second, nor all at once by the worker that takes them over.
 * @param providerPauseMs what the service's own pause would be: no less.
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
