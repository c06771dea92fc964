import { z } from 'zod';
import { decimalOf } from '../../../domain/prices/dollars.ts';
import { referenceOfWebhookUrl } from '../../../domain/webhooks/webhook-address.ts';
import { beside, jobId } from '../http/answer-fields.ts';
import { filesIn, textIn } from '../http/output-files.ts';
import type { PollResult, RunCost } from '../provider.ts';

/** They ask for no more than a few requests a second; a picture takes two seconds and more. */
export const POLL_INTERVAL_MS = 1_000;

/** Their only code of moderation (replicate.com/docs/reference/error-codes): "flagged as sensitive". */
const MODERATED = /\bE005\b/;

const PREDICTION = z.object({
  id: jobId,
  status: z.string(),
  output: z.unknown(),
  error: z.unknown(),
  webhook: beside(z.string()),
  started_at: beside(z.string()),
  metrics: beside(z.object({ predict_time: beside(z.number().nonnegative()) })),
});

const LIST = z.object({ results: z.array(PREDICTION), next: z.string().nullish() });

type Prediction = z.infer<typeof PREDICTION>;

/** Reads a prediction; null when it is not one. */
export function parsePrediction(body: unknown): Prediction | null {
  return PREDICTION.safeParse(body).data ?? null;
}

export function parsePredictions(body: unknown): z.infer<typeof LIST> | null {
  return LIST.safeParse(body).data ?? null;
}

/** What we submitted it under, by the webhook address that it was given; null where that carries none. */
export function referenceOf({ webhook }: Prediction): string | null {
  return webhook ? referenceOfWebhookUrl(webhook) : null;
}

/** Its states in our words. What a run costs is predict time, which has a price of its own for each machine (replicate.com/docs/billing). */
export function pollResultOf(prediction: Prediction): PollResult {
  const retryAfterMs = POLL_INTERVAL_MS;
  const seconds = decimalOf(prediction.metrics?.predict_time ?? Number.NaN);
  const run = (billed: RunCost['billed']): RunCost => ({ cost: null, billed, seconds });
  switch (prediction.status) {
    case 'starting':
      return { state: 'queued', queuePosition: null, retryAfterMs };
    case 'processing':
      return { state: 'running', stage: 'running', fraction: null, retryAfterMs };
    case 'succeeded': {
      const named = filesIn(prediction.output);
      const files = named.length > 0 ? named : textIn(prediction.output);
      return files.length === 0
        ? {
            state: 'failed',
            errorClass: 'retry_same_job',
            reason: 'zero_outputs',
            ...run('yes'),
            retryAfterMs,
          }
        : { state: 'succeeded', files, ...run('yes'), retryAfterMs };
    }
    case 'failed': {
      const isModerated = typeof prediction.error === 'string' && MODERATED.test(prediction.error);
      const errorClass = isModerated ? 'moderated_output' : 'retry_same_job';
      return { state: 'failed', errorClass, reason: 'failed', ...run('unknown'), retryAfterMs };
    }
    case 'canceled':
      return { state: 'canceled', ...run(prediction.started_at ? 'yes' : 'no'), retryAfterMs };
    case 'aborted':
      // Stopped by them before it ran: another run may do, and this one is free.
      return { state: 'failed', errorClass: 'interrupted', reason: 'failed', ...run('no'), retryAfterMs };
    default:
      return { state: 'unknown', retryAfterMs };
  }
}
