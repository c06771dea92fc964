import { z } from 'zod';
import { isDecimal } from '../../../domain/prices/dollars.ts';
import type { ErrorClass } from '../../../domain/work/rejections.ts';
import { beside, queuePosition } from '../http/answer-fields.ts';
import { filesIn, textIn } from '../http/output-files.ts';
import { headerOf, type Answer } from '../http/read-answer.ts';
import type { PollResult, RunEnd } from '../provider.ts';

export const POLL_INTERVAL_MS = 1_000;

const STATUS = z.object({
  status: z.string(),
  queue_position: beside(queuePosition),
  error_type: beside(z.string()),
});

/** Ended by a cancel of ours, before it ran. */
const CANCELED = 'client_cancelled';

type Status = PollResult | { readonly state: 'completed'; readonly isCanceled: boolean };

/** How a request stands; null for what is no status. One that is not known is no failure. */
export function parseStatus(body: unknown): Status | null {
  const status = STATUS.safeParse(body).data;
  if (status === undefined) return null;
  const retryAfterMs = POLL_INTERVAL_MS;
  switch (status.status) {
    case 'IN_QUEUE':
      return { state: 'queued', queuePosition: status.queue_position ?? null, retryAfterMs };
    case 'IN_PROGRESS':
      return { state: 'running', stage: 'running', fraction: null, retryAfterMs };
    case 'COMPLETED':
      return { state: 'completed', isCanceled: status.error_type === CANCELED };
    default:
      return { state: 'unknown', retryAfterMs };
  }
}

/** `detail` is a list of what is wrong with a request, or a sentence (docs.fal.ai, "Model errors"). */
const FAILURE = z.object({
  detail: z.union([z.string(), z.array(beside(z.object({ type: beside(z.string()) }))), z.looseObject({})]),
});

const FLAGGED = z.object({ has_nsfw_concepts: z.array(z.boolean()) });

const TEXT = z.object({ output: z.string() });

/**
 * What came of a request that is completed: a failure hides inside. Null for what does not come from the model, such as a gateway's page:
 * it is asked again. Their 5xx are never billed; what a run cost comes with their billing events, later.
 */
export function endOfResponse(answer: Answer): RunEnd | null {
  const { status, json } = answer;
  if (status === 200) return json === undefined ? null : endOfOutput(json, unitsOf(answer));
  const failure = FAILURE.safeParse(json).data;
  if (failure === undefined || status === 401 || status === 403 || status === 429) return null;
  const types = Array.isArray(failure.detail) ? failure.detail.map((fault) => fault?.type) : [];
  const errorClass: ErrorClass = types.includes('content_policy_violation')
    ? 'moderated_output'
    : status === 422 || status === 400
      ? 'bad_input'
      : 'retry_same_job';
  return {
    state: 'failed',
    errorClass,
    reason: 'failed',
    cost: null,
    billed: status >= 500 ? 'no' : 'unknown',
  };
}

/** In the model's own unit, a megapixel or a second of film: what it bills before discounts. */
function unitsOf(answer: Answer): string | null {
  const units = headerOf(answer, 'x-fal-billable-units');
  return units !== null && isDecimal(units) ? units : null;
}

function endOfOutput(output: unknown, units: string | null): RunEnd {
  const account = { cost: null, billed: 'yes', units } as const;
  // The picture that stands in its place is black.
  if (FLAGGED.safeParse(output).data?.has_nsfw_concepts.includes(true) === true)
    return { state: 'failed', errorClass: 'moderated_output', reason: 'failed', ...account };
  const named = filesIn(output);
  const files = named.length > 0 ? named : textIn(TEXT.safeParse(output).data?.output);
  return files.length === 0
    ? { state: 'failed', errorClass: 'retry_same_job', reason: 'zero_outputs', ...account }
    : { state: 'succeeded', files, ...account };
}
