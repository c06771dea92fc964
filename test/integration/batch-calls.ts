import { randomUUID } from 'node:crypto';
import { vi } from 'vitest';
import type { StackInUse } from './running-stack.ts';

/** The outputs of a batch that run at once. */
export const WINDOW = 16;
const POLL_MS = 100;

/** What the tests of batches ask of a stack. */
export function batchCalls(running: () => StackInUse) {
  const ad = (other: object = {}) => ({ kind: 'static_ad', brief: { headline: randomUUID() }, ...other });
  const untilAttempts = (jobId: string, count: number, which: string) =>
    vi.waitUntil(
      async () =>
        (await running().rows(`SELECT 1 FROM jobs.attempts WHERE job_id = $1 AND ${which}`, [jobId]))
          .length >= count,
      { timeout: 60_000, interval: POLL_MS },
    );
  return {
    ad,
    many: (count: number, other: object = {}) => ({
      kind: 'batch',
      items: Array.from({ length: count }, () => ad(other)),
    }),
    available: async (account: string) =>
      (await running().call('GET', '/v1/balance', { account })).body as {
        available: number;
        reserved: number;
      },
    cancel: (account: string, jobId: string) =>
      running().call('POST', `/v1/jobs/${jobId}/cancel`, {
        account,
        headers: { 'idempotency-key': randomUUID() },
      }),
    /** Waits until the model service has so many of a job's outputs in hand. */
    untilAccepted: (jobId: string, count: number) => untilAttempts(jobId, count, `state = 'accepted'`),
    /** Waits until the model service has taken so many, whether they are done by now or not. */
    untilTaken: (jobId: string, count: number) => untilAttempts(jobId, count, 'provider_job_id IS NOT NULL'),
  };
}
