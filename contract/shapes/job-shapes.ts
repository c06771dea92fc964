import { z } from 'zod';
import { FAILURE_CODES, FAULTS } from '../../domain/failures.ts';
import { JOB_STATES, OUTPUT_STATES } from '../../domain/job-state.ts';
import { listLimit, pageParameters, timeParameter, wholeNumber } from './query-fields.ts';
import {
  apiPath,
  credits,
  entryId,
  instant,
  jobId,
  listOf,
  outputId,
  pageOf,
  reservationId,
  sha256,
} from './wire-fields.ts';

/** The job as everyone outside of PostgreSQL sees it. Nothing else says what a job looks like. */

/** Why an output, or all of a job, ended without a result. */
export const failure = z.strictObject({
  code: z.enum(FAILURE_CODES),
  at_fault: z.enum(FAULTS),
  /** For the customer. */
  detail: z.string(),
  retryable: z.boolean(),
});

/** The progress of a job by its provider. All null before the first report, both numbers while it waits in its queue. */
export const progress = z.strictObject({
  stage: z.string().nullable(),
  /** 0 … 1, where the provider tells. */
  fraction: z.number().min(0).max(1).nullable(),
  queue_position: z.int().min(0).nullable(),
});
export type Progress = Readonly<z.output<typeof progress>>;

/** quoted = reserved + committed + returned. */
export const billing = z.strictObject({
  /** The version of the price list. */
  price_list: z.int().min(1),
  quoted: credits,
  /** Still held. */
  reserved: credits,
  committed: credits,
  returned: credits,
  refunded: credits,
  entry_ids: listOf(entryId),
});

const outputFields = {
  id: outputId,
  /** Of a batch: the number of its item, from 0. */
  item: z.int().min(0),
  variation: z.int().min(0),
  state: z.enum(OUTPUT_STATES),
  credits,
  reservation_id: reservationId,
  failure: failure.nullable(),
  /** Null until the output is charged. */
  content_url: apiPath.nullable(),
  content_type: z.string().nullable(),
  bytes: z.int().min(1).nullable(),
  sha256: sha256.nullable(),
  /** Whether the picture carries a C2PA manifest; null: it is no picture, or the output has not succeeded. */
  has_c2pa: z.boolean().nullable(),
  /** Until when the content is kept. Null: forever, or the output has not succeeded. */
  expires_at: instant.nullable(),
  attempts: z.int().min(0),
};

/** One output, as it stands in its job. */
export const output = z.strictObject(outputFields);
export type Output = z.output<typeof output>;

/** One output by itself, with where it came from and what was made of it. */
export const outputWithLineage = z.strictObject({
  ...outputFields,
  job_id: jobId,
  source_output_id: outputId.nullable(),
  derived_output_ids: listOf(outputId),
  links: z.strictObject({ self: apiPath, job: apiPath }),
});
export type OutputWithLineage = z.output<typeof outputWithLineage>;

export const job = z.strictObject({
  id: jobId,
  kind: z.string(),
  state: z.enum(JOB_STATES),
  created_at: instant,
  expected_by: instant,
  returned_automatically_by: instant,
  finished_at: instant.nullable(),
  progress,
  failure: failure.nullable(),
  billing,
  outputs: listOf(output),
  counts: z.strictObject({
    outputs: z.int().min(1),
    succeeded: z.int().min(0),
    failed: z.int().min(0),
    canceled: z.int().min(0),
  }),
  /** "18 of 20 delivered, 70 credits returned". */
  summary: z.string(),
  metadata: z.record(z.string(), z.string()),
  /** `temporal` is for platform keys alone. */
  links: z.strictObject({ self: apiPath, events: apiPath, temporal: z.url().optional() }),
});
export type Job = z.output<typeof job>;

/** One line of a job's history. `seq` counts up by one per job, without gaps. */
export const jobEvent = z.strictObject({
  id: z.string().startsWith('evt_'),
  seq: z.int().min(1),
  job_id: jobId,
  type: z.string(),
  created_at: instant,
  data: z.record(z.string(), z.unknown()),
});
export type JobEventView = z.output<typeof jobEvent>;

export const jobsQuery = z.strictObject({
  state: z.enum(JOB_STATES).optional(),
  /** One of the catalogue, `edit` or `batch`. */
  kind: z.string().optional(),
  /** Both ends are excluded. */
  created_after: timeParameter.optional(),
  created_before: timeParameter.optional(),
  ...pageParameters,
});
export const jobPage = pageOf(job);

export const jobEventsQuery = z.strictObject({
  /** The number of the last event that was read. */
  after: wholeNumber(0, Number.MAX_SAFE_INTEGER).optional(),
  limit: listLimit,
});
export const jobEventPage = pageOf(jobEvent);
