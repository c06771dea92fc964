import type { Client } from '@temporalio/client';

/** The SDK's deadline is later than the timer, so that a slow call ends in one way only. */
const GRACE_MS = 250;

/** Temporal did not respond in time. What was asked may have happened. */
export const TIMED_OUT = Symbol('timed out');

/**
 * A call to Temporal with a limit that always holds. The SDK's deadline ends a request on the wire; the timer beside it
 * also holds while connecting and between the SDK's own retries (up to 5 s).
 */
export async function callWithin<Answer>(
  client: Client,
  timeoutMs: number,
  call: () => Promise<Answer>,
): Promise<Answer | typeof TIMED_OUT> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<typeof TIMED_OUT>((resolve) => {
    timer = setTimeout(() => {
      resolve(TIMED_OUT);
    }, timeoutMs);
  });
  try {
    return await Promise.race([client.withDeadline(Date.now() + timeoutMs + GRACE_MS, call), limit]);
  } finally {
    clearTimeout(timer);
  }
}
