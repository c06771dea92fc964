import type { JobEvent } from '../../jobs/reads/read-events.ts';
import { instantText } from '../http/instant-text.ts';

/** An event as http-api.md shows it. Its id is derived: job and number say which one it is. */
export function viewEvent(jobId: string, event: JobEvent) {
  return {
    id: `evt_${jobId.replace(/^job_/, '')}_${String(event.seq)}`,
    seq: event.seq,
    job_id: jobId,
    type: event.type,
    created_at: instantText(event.createdAt),
    data: event.data,
  };
}
