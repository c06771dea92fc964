import { expiredGrantPolicyOf, failureOf, RETURN_GRANT_LIFETIME_HOURS } from '../../domain/work/failures.ts';
import type { Database } from '../../ledger/database.ts';

/** The customer asks, but the job was lost before: expired credits return as a new grant. */
const CANCELED_WHEN_LOST = failureOf('canceled', 'us');

/**
 * Ends outputs without a workflow as canceled and releases their credits, before the reconciler would. The caller has
 * asked Temporal whether the workflow is gone. An output that has ended keeps its end.
 * @param outputIds null: every output of the job that has not ended.
 */
export async function cancelAbandoned(
  database: Database,
  job: { readonly accountId: string; readonly jobId: string; readonly outputIds: readonly string[] | null },
): Promise<void> {
  await database.query({
    name: 'jobs.release_job',
    text: 'SELECT jobs.release_job($1, $2, $3)',
    values: [
      job.accountId,
      job.jobId,
      JSON.stringify({
        failure: CANCELED_WHEN_LOST,
        expired_policy: expiredGrantPolicyOf(CANCELED_WHEN_LOST),
        return_grant_hours: RETURN_GRANT_LIFETIME_HOURS,
        output_ids: job.outputIds,
      }),
    ],
  });
}
