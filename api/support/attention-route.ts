import { CALLS } from '../../contract/calls.ts';
import type { Attention } from '../../contract/shapes/attention-shapes.ts';
import type { RequestRules } from '../../contract/job-request/parse-job-request.ts';
import { instantText } from '../../domain/instant-text.ts';
import { readAttention } from '../../jobs/reads/read-attention.ts';
import type { Database } from '../../ledger/database.ts';
import { route, type Route } from '../http/route.ts';
import { viewModel } from './models-route.ts';

/** GET /v1/attention: what asks for a person now, in one query, whatever is open. */
export function attentionRoute(deps: { readonly database: Database; readonly rules: RequestRules }): Route {
  return route(CALLS.readAttention, {
    async handle({ response }) {
      const { models, ...found } = await readAttention(deps.database);
      const shown: Attention = {
        at: instantText(found.at),
        stuck: found.stuck.map((one) => ({
          ...one,
          expected_by: instantText(one.expected_by),
          returned_automatically_by: instantText(one.returned_automatically_by),
        })),
        unknown_outcomes: found.unknown_outcomes.map((one) => ({
          ...one,
          posted_at: instantText(one.posted_at),
        })),
        overdue: found.overdue.map((one) => ({ ...one, return_by: instantText(one.return_by) })),
        reviews: found.reviews.map((one) => ({ ...one, created_at: instantText(one.created_at) })),
        repairs: found.repairs.map((one) => ({ ...one, first_seen_at: instantText(one.first_seen_at) })),
        webhooks: found.webhooks.map((one) => ({ ...one, failing_since: instantText(one.failing_since) })),
        more: found.more,
        models: deps.rules.catalogue.models.map((model) => viewModel(model, models, deps.rules)),
      };
      response.set('Cache-Control', 'no-store').json(shown);
    },
  });
}
