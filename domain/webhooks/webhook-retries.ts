/** The pauses between tries of a delivery, in seconds: the tenth try comes after about three days. */
const PAUSES_SECONDS = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400] as const;

/** Pauses vary by this share, so that deliveries that failed together are not retried together. */
const JITTER = 0.2;

/**
 * How long after a failed try the next one is made, in seconds; null: it was the last one.
 * @param attempts How many there have been, 1 or more.
 * @param random 0 … 1.
 */
export function webhookPauseSeconds(attempts: number, random: number): number | null {
  const pause = PAUSES_SECONDS[attempts - 1];
  return pause === undefined ? null : pause * (1 - JITTER + 2 * JITTER * random);
}
