import type { AccountEventView, JobEventView } from '../../contract/shapes/event-shapes.ts';
import { eventIdOf } from '../../domain/event-types.ts';
import type { AccountEvent } from '../../jobs/reads/read-events.ts';
import { instantText } from '../../domain/instant-text.ts';

/** An event among those of its job. */
export function viewJobEvent(jobId: string, event: AccountEvent): JobEventView {
  return {
    id: eventIdOf('', event),
    seq: event.of?.seq ?? 0,
    job_id: jobId,
    type: event.type,
    created_at: instantText(event.createdAt),
    data: event.data,
  };
}

/** An event among those of its account. The same event has the same id in both. */
export function viewAccountEvent(accountId: string, event: AccountEvent): AccountEventView {
  return {
    id: eventIdOf(accountId, event),
    sequence: event.sequence,
    type: event.type,
    created_at: instantText(event.createdAt),
    ...(event.of === null ? {} : { job_id: event.of.jobId, seq: event.of.seq }),
    data: event.data,
  };
}
