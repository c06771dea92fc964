import type { EventType } from '../../domain/event-types.ts';
import { isTerminal, JOB_STATES } from '../../domain/work/job-state.ts';
import { readAccountEvents, readJobEvents, type AccountEvent } from '../../jobs/reads/read-events.ts';
import type { Database } from '../../ledger/database.ts';
import type { EventSource } from './follow-events.ts';

/** A source that learns what its reader was sent. */
export type TellableSource = EventSource & { readonly told: (events: readonly AccountEvent[]) => void };

/** The events of a job after one of its numbers. */
export function jobEventSource(
  database: Database,
  job: { readonly accountId: string; readonly jobId: string },
  after: number,
): TellableSource {
  let seq = after;
  return {
    // The event's place in the account's order is known once a page was read.
    position: -1,
    read: (limit) => readJobEvents(database, job, { after: seq, limit }),
    wants: ({ of }) => of !== null && of.jobId === job.jobId && of.seq > seq,
    told: (events) => {
      seq = events.at(-1)?.of?.seq ?? seq;
    },
  };
}

/** The events of an account after a sequence, of a type or (null) of all. */
export function accountEventSource(
  database: Database,
  accountId: string,
  asked: { readonly after: number; readonly type: EventType | null },
): TellableSource {
  let sequence = asked.after;
  return {
    position: asked.after,
    read: (limit) => readAccountEvents(database, accountId, { after: sequence, type: asked.type, limit }),
    wants: (event) => event.sequence > sequence && (asked.type === null || event.type === asked.type),
    told: (events) => {
      sequence = events.at(-1)?.sequence ?? sequence;
    },
  };
}

const TERMINAL_TYPES: ReadonlySet<string> = new Set(
  JOB_STATES.filter(isTerminal).map((state) => `job.${state}`),
);

/** Whether an event ends its job. */
export function endsItsJob(event: AccountEvent): boolean {
  return TERMINAL_TYPES.has(event.type);
}
