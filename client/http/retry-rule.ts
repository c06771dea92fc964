/** How often, and how soon, a call is retried. */
export type RetryRule = {
  /** Tries after the first one. */
  readonly retries: number;
  /** The pause before the first retry; doubled for each further one, up to `longestMs`. */
  readonly firstMs: number;
  readonly longestMs: number;
};

/** Together 8 to 16 s: an API that is being replaced is back by then. */
export const DEFAULT_RETRY: RetryRule = { retries: 6, firstMs: 250, longestMs: 8_000 };

/** A longer Retry-After is not waited for: the error is thrown with it. */
const LONGEST_RETRY_AFTER_MS = 60_000;

/**
 * The pause before try `attempt` (1: the first retry), in ms; null: no further try. At least Retry-After, and up to
 * half as long again at random.
 */
export function waitBefore(
  attempt: number,
  rule: RetryRule,
  retryAfterMs: number | null,
  random: () => number = Math.random,
): number | null {
  if (attempt > rule.retries) return null;
  if (retryAfterMs !== null && retryAfterMs > LONGEST_RETRY_AFTER_MS) return null;
  const backOffMs = Math.min(rule.firstMs * 2 ** (attempt - 1), rule.longestMs);
  return Math.max(retryAfterMs ?? 0, backOffMs * (0.5 + random() / 2));
}

/** Retry-After in ms: seconds, or a date (RFC 9110). Null where there is none that can be read. */
export function retryAfterMs(headers: Headers, now: number): number | null {
  const text = headers.get('retry-after');
  if (text === null) return null;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}

/** Throws the signal's reason when it aborts. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
