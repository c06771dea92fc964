import { z } from 'zod';
import { FAILURE_CODES, FAULTS } from '../../domain/work/failures.ts';
import { JOB_STATES, OUTPUT_STATES } from '../../domain/work/job-state.ts';
import { pageParameters, timeParameter } from './query-fields.ts';
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
  detail: z.string().describe('For the customer.'),
  retryable: z.boolean(),
});

/** The progress of a job by its provider. All null before the first report, both numbers while it waits in its queue. */
export const progress = z.strictObject({
  stage: z.string().nullable(),
  fraction: z.number().min(0).max(1).nullable().describe('0 … 1, where the provider tells.'),
  queue_position: z.int().min(0).nullable(),
});
export type Progress = Readonly<z.output<typeof progress>>;

/** quoted = reserved + committed + returned. */
export const billing = z.strictObject({
  price_list: z.int().min(1).describe('The version of the price list.'),
  quoted: credits,
  reserved: credits.describe('Credits that are still held.'),
  committed: credits,
  returned: credits,
  refunded: credits,
  entry_ids: listOf(entryId),
});

const outputFields = {
  id: outputId,
  item: z.int().min(0).describe('Of a batch: the number of its item, from 0.'),
  variation: z.int().min(0),
  state: z.enum(OUTPUT_STATES),
  credits,
  reservation_id: reservationId,
  failure: failure.nullable(),
  content_url: apiPath.nullable().describe('Null until the output is charged.'),
  content_type: z.string().nullable(),
  bytes: z.int().min(1).nullable(),
  sha256: sha256.nullable(),
  has_c2pa: z
    .boolean()
    .nullable()
    .describe(
      'Whether the picture carries a C2PA manifest; null: it is no picture, or the output has not succeeded.',
    ),
  expires_at: instant
    .nullable()
    .describe('Until when the content is kept. Null: forever, or the output has not succeeded.'),
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
  title: z
    .string()
    .nullable()
    .describe(
      'What it is about, for a list: the headline of the brief, or the longest text of its fields; at most 160 characters.',
    )
    .meta({ examples: ['Fresh bread, every morning'] }),
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
  summary: z.string().describe('"18 of 20 delivered, 70 credits returned".'),
  metadata: z.record(z.string(), z.string()),
  links: z
    .strictObject({ self: apiPath, events: apiPath, temporal: z.url().optional() })
    .describe('`temporal` is for platform keys alone.'),
});
export type Job = z.output<typeof job>;

export const jobsQuery = z.strictObject({
  state: z.enum(JOB_STATES).optional(),
  kind: z.string().optional().describe('One of the catalogue, `edit` or `batch`.'),
  created_after: timeParameter.optional().describe('Both ends are excluded.'),
  created_before: timeParameter.optional(),
  ...pageParameters,
});
export const jobPage = pageOf(job);
