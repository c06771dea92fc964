import { sendJson, type Exchange } from './http-exchange.ts';
import { MODEL_SERVICE_LIMITS } from '../service-limits.ts';
import type { ServiceState } from '../service-state.ts';

/**
 * `GET /v1/stats`, with `reference` for one, or `reference_prefix` for those that begin with it. `submissions` are the
 * posts that made a prediction; `refused` are the posts that provably did not.
 */
export function showStats(exchange: Exchange, state: ServiceState): void {
  const { counts } = state.store;
  const reference = exchange.url.searchParams.get('reference');
  if (reference !== null) {
    sendJson(exchange, 200, { reference, ...counts.of(reference) });
    return;
  }
  const prefix = exchange.url.searchParams.get('reference_prefix') ?? '';
  sendJson(exchange, 200, {
    submissions: counts.total.accepted,
    refused: counts.total.refused,
    in_flight: state.scheduler.inFlight,
    by_reference: counts.list(prefix, MODEL_SERVICE_LIMITS.references),
  });
}
