import { z } from 'zod';
import { isDecimal } from '../../../domain/prices/dollars.ts';
import type { ErrorClass } from '../../../domain/work/rejections.ts';
import { lenient, queuePosition } from '../http/answer-fields.ts';
import { filesIn, textIn } from '../http/output-files.ts';
import { headerOf, type Answer } from '../http/read-answer.ts';
import type { PollResult, RunEnd } from '../provider.ts';

export const POLL_INTERVAL_MS = 1_000;

const STATUS = z.object({
  status: z.string(),
  queue_position: lenient(queuePosition),
  error_type: lenient(z.string()),
});

/** We canceled it before it ran. */
const CANCELED = 'client_cancelled';

type Status = PollResult | { readonly state: 'completed'; readonly isCanceled: boolean };

/** Returns the status of a request; null: the body is none. An unknown status is not a failure. */
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

/** `detail` is a list of the faults of a request, or a sentence (docs.fal.ai, "Model errors"). */
const FAILURE = z.object({
  detail: z.union([z.string(), z.array(lenient(z.object({ type: lenient(z.string()) }))), z.looseObject({})]),
});

const FLAGGED = z.object({ has_nsfw_concepts: z.array(z.unknown()) });

const TEXT = z.object({ output: z.string() });

/**
 * Returns the end of a completed request, which may be a failure. Null: the response does not come from the model but,
 * for example, from a gateway, and the caller asks again. fal never bills its 5xx. The cost of a run comes later, with
 * fal's billing events.
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

/** The size of a run in the model's billing unit, such as a megapixel or a second of film, before discounts. */
function unitsOf(answer: Answer): string | null {
  const units = headerOf(answer, 'x-fal-billable-units');
  return units !== null && isDecimal(units) ? units : null;
}

function endOfOutput(output: unknown, units: string | null): RunEnd {
  const account = { cost: null, billed: 'yes', units } as const;
  // fal delivers a black picture in place of a flagged one.
  if (FLAGGED.safeParse(output).data?.has_nsfw_concepts.includes(true) === true)
    return { state: 'failed', errorClass: 'moderated_output', reason: 'failed', ...account };
  const named = filesIn(output);
  const files = named.length > 0 ? named : textIn(TEXT.safeParse(output).data?.output);
  return files.length === 0
    ? { state: 'failed', errorClass: 'retry_same_job', reason: 'zero_outputs', ...account }
    : { state: 'succeeded', files, ...account };
}
