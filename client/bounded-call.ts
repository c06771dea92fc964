import type { Client } from '@temporalio/client';

/** The timer is to win, so that a call that took too long is told in one way only. */
const GRACE_MS = 250;

/** Temporal was not heard of in time; what was asked may have happened all the same. */
export const TIMED_OUT = Symbol('timed out');

/**
 * A call to Temporal that returns in time, whatever is frozen. The SDK's deadline ends what is on the wire; the timer
 * beside it holds where that deadline does not: while connecting, and between the SDK's own retries (up to 5 s).
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
