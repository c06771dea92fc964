import { setTimeout as sleep } from 'node:timers/promises';
import { toS3Failure } from './s3-failure.ts';

/** The pauses between tries, about 5 s in all. What S3 slows down (503 SlowDown) for longer, Temporal retries. */
export const S3_PAUSES_MS: readonly number[] = [200, 600, 1_800, 2_400];

/**
 * Retries a request, within bounds. Every request of the store may be repeated: it reads, or writes the same bytes
 * under the same name. The SDK's own retries are off, since they leave out streams. Rejects with S3Failure, or with the
 * signal's reason.
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
        // Spread, so that requests that were slowed down together are not retried together.
        await sleep(pauseMs * (0.5 + Math.random()), undefined, signal === undefined ? {} : { signal });
      }
    }
  };
}
