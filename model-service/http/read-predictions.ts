import { sendError, sendJson, type Exchange } from './http-exchange.ts';
import { MODEL_SERVICE_LIMITS } from '../service-limits.ts';
import { ruleOf } from '../predictions/prediction.ts';
import type { ServiceState } from '../service-state.ts';

/** `GET /v1/predictions/{id}` */
export function readPrediction(exchange: Exchange, state: ServiceState, id: string): void {
  const prediction = state.store.get(id);
  if (prediction === undefined) {
    sendError(exchange, 404, 'not_found', 'No such prediction.');
    return;
  }
  sendJson(exchange, 200, state.view(prediction, exchange.url.origin));
}

/**
 * `GET /v1/predictions?reference=…`: the look-up. It is authoritative: an empty list proves that nothing was accepted.
 * For a prediction of scenario `unknown_outcome_lost` it fails, since an empty list would be false.
 */
export function findPredictions(exchange: Exchange, state: ServiceState): void {
  const reference = exchange.url.searchParams.get('reference');
  if (reference === null || reference === '') {
    sendError(exchange, 400, 'reference_missing', 'Name the reference to look up.');
    return;
  }
  const found = state.store.findByReference(reference);
  if (found.some(({ order }) => !ruleOf(order).canLookUp)) {
    sendError(exchange, 503, 'lookup_unavailable', 'The look-up does not work at the moment.');
    return;
  }
  const rows = found.slice(-MODEL_SERVICE_LIMITS.rows);
  sendJson(exchange, 200, { data: rows.map((row) => state.view(row, exchange.url.origin)) });
}

/** `POST /v1/predictions/{id}/cancel`: stops a prediction at once. 409: it had ended. */
export async function cancelPrediction(exchange: Exchange, state: ServiceState, id: string): Promise<void> {
  const prediction = state.store.get(id);
  if (prediction === undefined) {
    sendError(exchange, 404, 'not_found', 'No such prediction.');
    return;
  }
  if (!(await state.scheduler.stop(prediction, 'canceled'))) {
    sendError(exchange, 409, 'too_late', 'The prediction has ended.');
    return;
  }
  sendJson(exchange, 200, state.view(prediction, exchange.url.origin));
}
