import { z } from 'zod';
import { offeredCalls } from '../../contract/offered-calls.ts';
import { isJobId } from '../../domain/ids.ts';
import type { RequestRules } from '../../contract/job-request/parse-job-request.ts';
import { listJobs } from '../../jobs/reads/list-jobs.ts';
import type { Database } from '../../ledger/database.ts';
import { readCursor, writeCursor } from '../http/cursor.ts';
import { viewJob, type TemporalUi } from '../../jobs/reads/job-view.ts';
import { postgresInstant } from '../http/request/postgres-instant.ts';
import { readQuery } from '../http/request/read-query.ts';
import { type Route, route } from '../http/route.ts';

const position = z.strictObject({
  createdAt: postgresInstant,
  jobId: z.string().refine(isJobId),
});

/** GET /v1/jobs: the account's jobs, newest first. */
export function listJobsRoute(deps: {
  readonly database: Database;
  readonly temporalUi: TemporalUi;
  readonly rules: RequestRules;
}): Route {
  const call = offeredCalls(deps.rules.catalogue).listJobs;
  return route(call, {
    async handle({ request, response, accountId, caller }) {
      const asked = readQuery(request, call.query);
      const page = await listJobs(
        deps.database,
        accountId,
        {
          state: asked.state ?? null,
          kind: asked.kind ?? null,
          createdAfter: asked.created_after ?? null,
          createdBefore: asked.created_before ?? null,
        },
        { from: asked.cursor === undefined ? null : readCursor(asked.cursor, position), limit: asked.limit },
      );
      const temporalUi = caller.accountId === null ? deps.temporalUi : null;
      response.set('Cache-Control', 'no-store').json({
        data: page.jobs.map((job) => viewJob(job, accountId, temporalUi)),
        next_cursor: page.next === null ? null : writeCursor(page.next),
      });
    },
  });
}
