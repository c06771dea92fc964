import { CALLS } from '../../contract/calls.ts';
import type { Readiness } from '../../runtime/readiness.ts';
import { unavailable } from '../http/problem.ts';
import type { Route } from '../http/route.ts';

/**
 * GET /healthz: the process is up. GET /readyz: a job could be submitted now. PostgreSQL lets the API's role read, Temporal's
 * namespace is there with our search attributes, and a worker polls.
 */
export function healthRoutes(deps: { readonly readiness: Readiness }): readonly Route[] {
  return [
    {
      ...CALLS.readHealth,
      access: 'public',
      handle: ({ response }) => {
        response.json({ status: 'up' });
      },
    },
    {
      ...CALLS.readReadiness,
      access: 'public',
      async handle({ response }) {
        const faults = await deps.readiness();
        if (faults.length > 0) throw unavailable(faults.join(' '));
        response.json({ status: 'ready' });
      },
    },
  ];
}
