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

/** The job outside of PostgreSQL. Its shape stands nowhere else. */

/** Why an output, or a whole job, ended without a result. */
export const failure = z.strictObject({
  code: z.enum(FAILURE_CODES),
  at_fault: z.enum(FAULTS),
  detail: z.string().describe('A sentence for the customer.'),
  retryable: z.boolean(),
});

/**
 * The progress of a job at its provider. All fields are null before the first report, and both numbers while it waits
 * in the provider's queue.
 */
export const progress = z.strictObject({
  stage: z.string().nullable(),
  fraction: z.number().min(0).max(1).nullable().describe('0 … 1; null: the provider does not report it.'),
  queue_position: z.int().min(0).nullable(),
});
export type Progress = Readonly<z.output<typeof progress>>;

/** quoted = reserved + committed + returned. */
export const billing = z.strictObject({
  price_list: z.int().min(1).describe('The version of the price list.'),
  quoted: credits,
  reserved: credits.describe('Credits that are still reserved.'),
  committed: credits,
  returned: credits,
  refunded: credits,
  entry_ids: listOf(entryId),
});

const outputFields = {
  id: outputId,
  item: z.int().min(0).describe('The number of its item in a batch, from 0.'),
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
      'Whether the picture has a C2PA manifest; null: it is no picture, or the output has not succeeded.',
    ),
  expires_at: instant
    .nullable()
    .describe('Until when the content is kept. Null: forever, or the output has not succeeded.'),
  attempts: z.int().min(0),
};

/** One output, within its job. */
export const output = z.strictObject(outputFields);
export type Output = z.output<typeof output>;

/** One output by itself, with the output it was made from and those made from it. */
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
      'A title for lists: the headline of the brief, or the longest text of its fields; at most 160 characters.',
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
  summary: z.string().describe('A short text for lists, such as "18 of 20 delivered, 70 credits returned".'),
  metadata: z.record(z.string(), z.string()),
  links: z
    .strictObject({ self: apiPath, events: apiPath, temporal: z.url().optional() })
    .describe('`temporal` is shown to platform keys only.'),
});
export type Job = z.output<typeof job>;

export const jobsQuery = z.strictObject({
  state: z.enum(JOB_STATES).optional(),
  kind: z.string().optional().describe('A kind of the catalogue, `edit` or `batch`.'),
  created_after: timeParameter.optional().describe('Jobs created after this time, which is excluded.'),
  created_before: timeParameter.optional().describe('Jobs created before this time, which is excluded.'),
  ...pageParameters,
});
export const jobPage = pageOf(job);
