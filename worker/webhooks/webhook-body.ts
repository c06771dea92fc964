import { instantText } from '../../domain/instant-text.ts';
import { viewJob } from '../../jobs/reads/job-view.ts';
import { readJob } from '../../jobs/reads/read-job.ts';
import type { ClaimedDelivery } from '../../jobs/webhooks/webhook-deliveries.ts';
import type { Database } from '../../ledger/database.ts';

/**
 * The body of a delivery. For an event of a job's state it holds the job, as it is when it is first sent; else the
 * event's data.
 */
export async function webhookBody(
  database: Database,
  { accountId, event, requestBody }: ClaimedDelivery,
): Promise<string> {
  if (requestBody !== null) return requestBody;
  const { of, type } = event;
  const job = of !== null && type.startsWith('job.') ? await readJob(database, accountId, of.jobId) : null;
  const told = of === null ? event.data : { ...event.data, job_id: of.jobId };
  return JSON.stringify({
    type,
    timestamp: instantText(event.createdAt),
    sequence: event.sequence,
    data: job === null ? told : viewJob(job, accountId, null),
  });
}
