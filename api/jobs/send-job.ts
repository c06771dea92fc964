import type { StoredJob } from '../../jobs/reads/read-job.ts';
import { sendTagged } from '../http/send-tagged.ts';
import { viewJob, type TemporalUi } from '../../jobs/reads/job-view.ts';
import type { CallerExchange } from '../http/route.ts';

export type SendJob = (
  exchange: CallerExchange & { readonly accountId: string },
  job: StoredJob,
  status: 200 | 202,
) => void;

/** Sends a job. Only platform keys get links into Temporal UI. */
export function createSendJob(temporalUi: TemporalUi): SendJob {
  return (exchange, job, status) => {
    const { accountId, caller } = exchange;
    sendTagged(exchange, viewJob(job, accountId, caller.accountId === null ? temporalUi : null), status);
  };
}
