import { sendError, sendJson, readJsonBody, type Exchange } from './http-exchange.ts';
import { MODEL_SERVICE_LIMITS } from '../service-limits.ts';
import type { PredictionOrder } from '../predictions/prediction.ts';
import { parsePredictionRequest, type PredictionRequest } from '../predictions/prediction-request.ts';
import { scenarioRuleOf, type SubmitRule } from '../sandbox/scenario-rules.ts';
import type { ServiceState } from '../service-state.ts';
import { hasFile } from './receive-files.ts';

type Refusal = {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly retryAfter?: string;
};

/**
 * `POST /v1/predictions`. Deliberately not idempotent, like most model services: the same reference twice makes two
 * predictions, and the counters show it. What is refused here provably did not run.
 */
export async function submitPrediction(exchange: Exchange, state: ServiceState): Promise<void> {
  const read = await readJsonBody(exchange.request, MODEL_SERVICE_LIMITS.bodyBytes);
  if (read.outcome === 'too_large') {
    sendError(exchange, 413, 'too_large', 'The body is too large.', { connection: 'close' });
    return;
  }
  const parsed = parsePredictionRequest(read.outcome === 'read' ? read.body : undefined);
  if (!parsed.isValid) {
    sendError(exchange, 422, 'bad_input', parsed.message);
    return;
  }
  const { request } = parsed;
  const rule = scenarioRuleOf(request.input).submit;
  const refusal = state.scheduler.isFull
    ? QUEUE_FULL
    : (refusalOf(rule, request, state) ?? lacksInput(request, state));
  if (refusal !== null) {
    await state.store.refuse(request.reference);
    const headers = refusal.retryAfter === undefined ? {} : { 'retry-after': refusal.retryAfter };
    sendError(exchange, refusal.status, refusal.code, refusal.message, headers);
    return;
  }
  await accept(exchange, state, request, rule);
}

async function accept(
  exchange: Exchange,
  state: ServiceState,
  request: PredictionRequest,
  rule: SubmitRule,
): Promise<void> {
  const prediction = await state.store.accept(orderOf(request, state));
  state.scheduler.enqueue(prediction, state.leftMsOf(prediction));
  if (rule === 'accept_and_drop_connection') {
    exchange.request.socket.destroy();
    return;
  }
  sendJson(exchange, 201, state.view(prediction, exchange.url.origin));
}

function orderOf(request: PredictionRequest, state: ServiceState): PredictionOrder {
  const fault = state.faults.get(request.reference) ?? null;
  state.faults.delete(request.reference);
  return {
    fault,
    id: state.newId(),
    reference: request.reference,
    input: request.input,
    webhook: request.webhook ?? null,
    deadlineSeconds: request.deadline_seconds ?? null,
    createdAtMs: state.clock(),
  };
}

const QUEUE_FULL: Refusal = {
  status: 429,
  code: 'queue_full',
  message: 'The queue is full.',
  retryAfter: '5',
};

function lacksInput({ input }: PredictionRequest, state: ServiceState): Refusal | null {
  const named = [...(input.inputs ?? []), ...(input.reference_assets ?? [])];
  const isThere = named.every(({ sha256 }) => hasFile(state, sha256));
  return isThere
    ? null
    : {
        status: 409,
        code: 'input_missing',
        message: 'A file that was named is not here. Hand it over first.',
      };
}

function refusalOf(rule: SubmitRule, request: PredictionRequest, { store }: ServiceState): Refusal | null {
  const isFirst = !store.counts.hasRefusedOutput(request.reference);
  switch (rule) {
    case 'refuse_failed_before_start':
      return {
        status: 503,
        code: 'failed_before_start',
        message: 'The machine failed before it began; nothing was started.',
      };
    case 'refuse_moderated':
      return { status: 422, code: 'moderated_input', message: 'The brief was blocked by the safety filter.' };
    case 'refuse_unavailable_once':
      return isFirst
        ? { status: 503, code: 'unavailable', message: 'Restarting; nothing was started.' }
        : null;
    case 'refuse_rate_limited_once':
      return isFirst
        ? { status: 429, code: 'rate_limited', message: 'Too many requests.', retryAfter: '1' }
        : null;
    case 'accept':
    case 'accept_and_drop_connection':
      return null;
  }
}
