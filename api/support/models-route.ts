import { CALLS } from '../../contract/calls.ts';
import type { RequestRules } from '../../contract/job-request/parse-job-request.ts';
import type { ModelCallHealth, ModelHealth } from '../../contract/shapes/model-shapes.ts';
import { callsOf, isOffered, type Model, type ModelCall } from '../../domain/work/models.ts';
import { readModelHealth, type StoredModelHealth } from '../../jobs/reads/read-model-health.ts';
import type { Database } from '../../ledger/database.ts';
import { instantText } from '../../domain/instant-text.ts';
import { type Route, route } from '../http/route.ts';

/** GET /v1/models: each model of the catalogue with its health, its breakers, what is in flight and what waits. */
export function modelsRoute(deps: { readonly database: Database; readonly rules: RequestRules }): Route {
  return route(CALLS.listModels, {
    async handle({ response }) {
      const stored = await readModelHealth(deps.database, { onlyFailing: false });
      const data = deps.rules.catalogue.models.map((model) => viewModel(model, stored, deps.rules));
      response.set('Cache-Control', 'no-store').json({ data, next_cursor: null });
    },
  });
}

export function viewModel(
  model: Model,
  stored: readonly StoredModelHealth[],
  { providers }: RequestRules,
): ModelHealth {
  const calls = callsOf(model).map((call) => viewCall(call, stored));
  const kinds = Object.keys(model.makes);
  return {
    name: model.name,
    kinds,
    offered: kinds.some((kind) => isOffered(model, kind, providers)),
    health: calls.every(({ breaker }) => breaker === 'closed') ? 'ok' : 'degraded',
    calls,
  };
}

function viewCall({ provider, model }: ModelCall, stored: readonly StoredModelHealth[]): ModelCallHealth {
  const found = stored.find((one) => one.provider === provider && one.model === model);
  if (found === undefined) {
    const quiet = { failures: 0, in_flight: 0, waiting: 0 };
    return { provider, model, breaker: 'closed', opened_at: null, ...quiet };
  }
  const { openedAt, ...call } = found;
  return { ...call, opened_at: openedAt === null ? null : instantText(openedAt) };
}
