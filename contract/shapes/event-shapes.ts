import { z } from 'zod';
import { EVENT_TYPES } from '../../domain/event-types.ts';
import { listLimit, wholeNumber } from './query-fields.ts';
import { instant, jobId, pageOf } from './wire-fields.ts';

/** The media type of a stream of events. */
export const EVENT_STREAM = 'text/event-stream';

const eventFields = {
  id: z.string().startsWith('evt_'),
  type: z.enum(EVENT_TYPES),
  created_at: instant,
  data: z.record(z.string(), z.unknown()),
};

/** One event of a job. `seq` counts up by one per job, without gaps. */
export const jobEvent = z.strictObject({ ...eventFields, seq: z.int().min(1), job_id: jobId });
export type JobEventView = z.output<typeof jobEvent>;

/** One event of an account. `sequence` counts up by one per account, without gaps. */
export const accountEvent = z.strictObject({
  ...eventFields,
  sequence: z.int().min(1),
  /** For an event of a job: the job, and the event's number in it. */
  job_id: jobId.optional(),
  seq: z.int().min(1).optional(),
});
export type AccountEventView = z.output<typeof accountEvent>;

const pageFields = {
  after: wholeNumber(0, Number.MAX_SAFE_INTEGER)
    .optional()
    .describe('The number of the last event that was read. Only later ones are returned.'),
  limit: listLimit,
};

export const jobEventsQuery = z.strictObject(pageFields);
export const jobEventPage = pageOf(jobEvent);

export const accountEventsQuery = z.strictObject({ ...pageFields, type: z.enum(EVENT_TYPES).optional() });
export const accountEventPage = pageOf(accountEvent);
