import { CALLS } from '../../contract/calls.ts';
import type { CancelJob } from '../../client/cancel-job.ts';
import { isTerminal } from '../../domain/work/job-state.ts';
import { cancelAbandoned } from '../../jobs/support/cancel-abandoned.ts';
import { fieldErrorsOf } from '../../contract/job-request/field-errors.ts';
import { keepCancelKey } from '../../jobs/admission/keep-cancel-key.ts';
import type { StoredJob } from '../../jobs/reads/read-job.ts';
import type { Database } from '../../ledger/database.ts';
import { REPLAYED } from '../http/replayed.ts';
import type { SendJob } from './send-job.ts';
import { openOutputIdsOf } from './open-outputs.ts';
import { invalidRequest, Problem, unavailable } from '../http/problem.ts';
import { readOptionalJsonBody } from '../http/request/read-json-body.ts';
import { readOptionalIdempotencyKey } from '../http/request/request-headers.ts';
import { requireJob } from '../access/require-job.ts';
import { pathParameter, route, type Route } from '../http/route.ts';

/**
 * POST /v1/jobs/{id}/cancel: the customer's cancel. A job without a workflow is ended here. It needs no
 * Idempotency-Key, since the job's state is its record: a repeat is 202 while the job is canceling or canceled, and a
 * conflict if it ended otherwise. A key that is sent is stored: its repeat gets the first response, whatever became of
 * the job.
 */
export function cancelJobRoute(deps: {
  readonly database: Database;
  readonly cancelJob: CancelJob;
  readonly sendJob: SendJob;
}): Route {
  return route(CALLS.cancelJob, {
    async prepare(exchange) {
      const { request, response, accountId } = exchange;
      const key = readOptionalIdempotencyKey(request);
      const body = await readOptionalJsonBody(request, response);
      const parsed = CALLS.cancelJob.body.safeParse(body === undefined ? {} : body);
      if (!parsed.success) throw invalidRequest(fieldErrorsOf(body, parsed.error.issues));

      const job = await requireJob(deps.database, accountId, pathParameter(request, 'id'));
      const keep = async (isAccepted: boolean) =>
        key !== null && (await keepCancelKey(deps.database, { accountId, jobId: job.id, key, isAccepted }));
      return async () => {
        if (await keep(false)) {
          response.set(REPLAYED);
          deps.sendJob(exchange, job, 202);
          return;
        }
        const canceled = await cancel(deps, accountId, job);
        await keep(true);
        deps.sendJob(exchange, canceled, 202);
      };
    },
  });
}

/** Tells the workflow, or ends what has none; returns the job. */
async function cancel(
  deps: { readonly database: Database; readonly cancelJob: CancelJob },
  accountId: string,
  job: StoredJob,
): Promise<StoredJob> {
  refuseIfEndedOtherwise(job);
  if (job.state !== 'canceled') {
    const { outcome, abandonedOutputIds } = await deps.cancelJob(job.id, 'customer', openOutputIdsOf(job));
    if (outcome === 'unavailable') throw unavailable();
    const outputIds = outcome === 'not_running' ? null : abandonedOutputIds;
    if (outputIds === null || outputIds.length > 0)
      await cancelAbandoned(deps.database, { accountId, jobId: job.id, outputIds });
  }
  // Read again: the workflow may have been faster, or the job ended otherwise.
  const now = await requireJob(deps.database, accountId, job.id);
  refuseIfEndedOtherwise(now);
  return now;
}

function refuseIfEndedOtherwise(job: StoredJob): void {
  if (!isTerminal(job.state) || job.state === 'canceled') return;
  throw new Problem('state_conflict', {
    detail: `The job has ended already: ${job.state}.`,
    job_id: job.id,
    billed: job.billing.committed > 0 ? 'yes' : 'no',
  });
}
