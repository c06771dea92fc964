import type { JobEventView } from '../../contract/shapes/job-shapes.ts';
import type { JobEvent } from '../../jobs/reads/read-events.ts';
import { instantText } from '../http/instant-text.ts';

/** An event of a job. Its id is derived: job and number say which one it is. */
export function viewEvent(jobId: string, event: JobEvent): JobEventView {
  return {
    id: `evt_${jobId.replace(/^job_/, '')}_${String(event.seq)}`,
    seq: event.seq,
    job_id: jobId,
    type: event.type,
    created_at: instantText(event.createdAt),
    data: event.data,
  };
}
