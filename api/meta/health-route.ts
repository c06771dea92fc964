import { CALLS } from '../../contract/calls.ts';
import type { Readiness } from '../../runtime/readiness.ts';
import { unavailable } from '../http/problem.ts';
import { route, type Route } from '../http/route.ts';

/**
 * GET /healthz: the process runs. GET /readyz: a job can be submitted: PostgreSQL lets the API's role read, Temporal's
 * namespace has our search attributes, and a worker polls.
 */
export function healthRoutes(deps: { readonly readiness: Readiness }): readonly Route[] {
  return [
    route(CALLS.readHealth, {
      handle: ({ response }) => {
        response.json({ status: 'up' });
      },
    }),
    route(CALLS.readReadiness, {
      async handle({ response }) {
        const faults = await deps.readiness();
        if (faults.length > 0) throw unavailable(faults.join(' '));
        response.json({ status: 'ready' });
      },
    }),
  ];
}
