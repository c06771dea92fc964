import type { Database } from '../../ledger/database.ts';
import { jobCaching, jobETag, matchesETag, type AnswerJob } from '../answer-job.ts';
import { requireJob } from '../require-job.ts';
import { pathParameter, type Route } from '../route.ts';

/** GET /v1/jobs/{id} */
export function readJobRoute(deps: { readonly database: Database; readonly answerJob: AnswerJob }): Route {
  return {
    method: 'get',
    path: '/v1/jobs/:id',
    access: 'account',
    scopes: ['jobs:read', 'support'],
    async handle(exchange) {
      const { request, response, accountId } = exchange;
      const job = await requireJob(deps.database, accountId, pathParameter(request, 'id'));
      if (matchesETag(request.get('If-None-Match'), jobETag(job))) {
        response.status(304).set(jobCaching(job)).end();
        return;
      }
      deps.answerJob(exchange, job, 200);
    },
  };
}
