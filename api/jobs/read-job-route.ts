import { CALLS } from '../../contract/calls.ts';
import type { Database } from '../../ledger/database.ts';
import type { SendJob } from './send-job.ts';
import { requireJob } from '../access/require-job.ts';
import { pathParameter, route, type Route } from '../http/route.ts';

/** GET /v1/jobs/{id} */
export function readJobRoute(deps: { readonly database: Database; readonly sendJob: SendJob }): Route {
  return route(CALLS.readJob, {
    async prepare(exchange) {
      const jobId = pathParameter(exchange.request, 'id');
      const job = await requireJob(deps.database, exchange.accountId, jobId);
      return () => {
        deps.sendJob(exchange, job, 200);
      };
    },
  });
}
