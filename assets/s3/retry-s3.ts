import { setTimeout as sleep } from 'node:timers/promises';
import { toS3Failure } from './s3-failure.ts';

/** Between one try and the next: about 5 s in all. What S3 slows down (503 SlowDown) for longer, Temporal tries again. */
export const S3_PAUSES_MS: readonly number[] = [200, 600, 1_800, 2_400];

/**
 * Sends a request until it succeeds, within bounds. Every request of the store may be repeated: it reads, or it writes the same bytes
 * under the same name. The SDK's own retries are off, since they leave out bodies that are streams.
 * Rejects with S3Failure, or with the signal's reason.
 */
export function createRetryS3(pausesMs: readonly number[]) {
  return async function retryS3<Response>(
    operation: string,
    send: () => Promise<Response>,
    signal?: AbortSignal,
  ): Promise<Response> {
    for (let failures = 0; ; failures += 1) {
      try {
        return await send();
      } catch (error) {
        signal?.throwIfAborted();
        const failure = toS3Failure(operation, error);
        const pauseMs = pausesMs[failures];
        if (!failure.isRetryable || pauseMs === undefined) throw failure;
        // Spread, so that those that were slowed down together do not come back together.
        await sleep(pauseMs * (0.5 + Math.random()), undefined, signal === undefined ? {} : { signal });
      }
    }
  };
}
