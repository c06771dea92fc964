import { z } from 'zod';
import { decimalOf } from '../../../domain/prices/dollars.ts';
import { referenceOfWebhookUrl } from '../../../domain/webhooks/provider-webhook-address.ts';
import { lenient, jobId } from '../http/answer-fields.ts';
import { filesIn, textIn } from '../http/output-files.ts';
import type { PollResult, RunCost } from '../provider.ts';

/** Replicate asks for no more than a few requests a second. A picture takes two seconds or more. */
export const POLL_INTERVAL_MS = 1_000;

/** Replicate's only moderation code (replicate.com/docs/reference/error-codes): "flagged as sensitive". */
const MODERATED = /\bE005\b/;

const PREDICTION = z.object({
  id: jobId,
  status: z.string(),
  output: z.unknown().optional(),
  error: z.unknown().optional(),
  webhook: lenient(z.string()),
  created_at: lenient(z.string()),
  started_at: lenient(z.string()),
  metrics: lenient(z.object({ predict_time: lenient(z.number().nonnegative()) })),
});

const LIST = z.object({ results: z.array(PREDICTION), next: z.string().nullish() });

type Prediction = z.infer<typeof PREDICTION>;

/** Reads a prediction; null: the body is none. */
export function parsePrediction(body: unknown): Prediction | null {
  return PREDICTION.safeParse(body).data ?? null;
}

/** Reads a page of predictions; null: the body is none. */
export function parsePredictions(body: unknown): z.infer<typeof LIST> | null {
  return LIST.safeParse(body).data ?? null;
}

/** Returns the reference of our submission, from the webhook address of the prediction; null: it has none. */
export function referenceOf({ webhook }: Prediction): string | null {
  return webhook ? referenceOfWebhookUrl(webhook) : null;
}

/** Whether a prediction was made before an instant. One that does not say when counts as later. */
export function isOlder({ created_at: madeAt }: Prediction, thanMs: number): boolean {
  return Date.parse(madeAt ?? '') < thanMs;
}

/**
 * Returns our state for a prediction. A run costs its predict time, at a price that depends on the machine
 * (replicate.com/docs/billing).
 */
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
      // Replicate stopped it before it ran: it was free, and another run may succeed.
      return { state: 'failed', errorClass: 'interrupted', reason: 'failed', ...run('no'), retryAfterMs };
    default:
      return { state: 'unknown', retryAfterMs };
  }
}
