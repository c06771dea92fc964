import { z } from 'zod';
import { errorClassOfFailure } from './classify-local-response.ts';
import type { PollResult, ProviderBilled } from './provider.ts';

/** A picture takes the service 0.2 s, a draft film 4 s: more polls than this only cost its CPU. */
export const POLL_INTERVAL_MS = 200;

/** Each job in front means another wait; asking ten thousand waiting jobs five times a second would be the load. */
const PER_QUEUE_POSITION_MS = 20;
const MAX_QUEUE_INTERVAL_MS = 5_000;

const FILE = z.object({
  url: z.url({ protocol: /^https?$/ }),
  content_type: z.string(),
  bytes: z.number().int().nonnegative().nullish(),
  sha256: z.string().nullish(),
});

/** Statuses stay an open list, and all but the status is optional: fields may be missing in a version not seen yet. */
const PREDICTION = z.object({
  id: z.string().min(1),
  reference: z.string().nullish(),
  status: z.string(),
  queue_position: z.number().int().nonnegative().nullish(),
  progress: z.object({ stage: z.string(), fraction: z.number().nullish() }).nullish(),
  error: z.object({ code: z.string() }).nullish(),
  output: z.array(FILE).max(100).nullish(),
  metrics: z.object({ billed: z.boolean().nullish(), cost: z.string().nullish() }).nullish(),
});

const LIST = z.object({ data: z.array(PREDICTION) });

export type LocalPrediction = z.infer<typeof PREDICTION>;
export type LocalFile = z.infer<typeof FILE>;

/** The files of a prediction, as a poll handed them on; null when there are none to open. */
export function parseFiles(value: unknown): readonly LocalFile[] | null {
  const files = z.array(FILE).min(1).safeParse(value);
  return files.success ? files.data : null;
}

/** Reads a prediction; null when it is not one. */
export function parsePrediction(body: unknown): LocalPrediction | null {
  return PREDICTION.safeParse(body).data ?? null;
}

/** Reads the answer of a look-up; null when it is not one, which proves nothing. */
export function parsePredictions(body: unknown): readonly LocalPrediction[] | null {
  return LIST.safeParse(body).data?.data ?? null;
}

/** The service's states in our words. A status that is not known is not a failure. */
export function pollResultOf(prediction: LocalPrediction): PollResult {
  const retryAfterMs = POLL_INTERVAL_MS;
  const billed = billedOf(prediction);
  const cost = prediction.metrics?.cost ?? null;
  switch (prediction.status) {
    case 'starting':
      return queuedAt(prediction.queue_position ?? null);
    case 'processing':
      return {
        state: 'running',
        stage: prediction.progress?.stage ?? 'running',
        fraction: prediction.progress?.fraction ?? null,
        retryAfterMs,
      };
    case 'succeeded':
      return prediction.output?.length === 0
        ? {
            state: 'failed',
            errorClass: 'retry_same_job',
            reason: 'zero_outputs',
            cost,
            billed,
            retryAfterMs,
          }
        : {
            state: 'succeeded',
            cost,
            billed,
            files: prediction.output,
            retryAfterMs,
          };
    case 'failed': {
      const errorClass = errorClassOfFailure(prediction.error?.code ?? null);
      return { state: 'failed', errorClass, reason: 'failed', cost, billed, retryAfterMs };
    }
    case 'canceled':
      return { state: 'canceled', billed, retryAfterMs };
    default:
      return { state: 'unknown', retryAfterMs };
  }
}

function queuedAt(queuePosition: number | null): PollResult {
  const waitMs = POLL_INTERVAL_MS + (queuePosition ?? 0) * PER_QUEUE_POSITION_MS;
  return { state: 'queued', queuePosition, retryAfterMs: Math.min(waitMs, MAX_QUEUE_INTERVAL_MS) };
}

function billedOf(prediction: LocalPrediction): ProviderBilled {
  const billed = prediction.metrics?.billed;
  if (billed === undefined || billed === null) return 'unknown';
  return billed ? 'yes' : 'no';
}
