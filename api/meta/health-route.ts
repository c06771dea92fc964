import { CALLS } from '../../contract/calls.ts';
import type { Readiness } from '../../runtime/readiness.ts';
import { unavailable } from '../http/problem.ts';
import { route, type Route } from '../http/route.ts';

/**
 * GET /healthz: the process is up. GET /readyz: a job could be submitted now. PostgreSQL lets the API's role read, Temporal's
 * namespace is there with our search attributes, and a worker polls.
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
