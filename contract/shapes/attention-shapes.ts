import { z } from 'zod';
import { REVIEW_CATEGORIES } from '../../domain/support/review.ts';
import { modelHealth } from './model-shapes.ts';
import {
  accountId,
  credits,
  instant,
  jobId,
  listOf,
  outputId,
  reservationId,
  reviewId,
} from './wire-fields.ts';

/** The longest list of each kind: more than a screen, and less than a search. */
export const MAX_ATTENTION = 25;

/** The lists that may be longer than what is shown. */
export const ATTENTION_LISTS = [
  'stuck',
  'unknown_outcomes',
  'overdue',
  'reviews',
  'repairs',
  'webhooks',
] as const;

/** What needs a person's attention now. */
export const attention = z.strictObject({
  at: instant,
  stuck: listOf(
    z.strictObject({
      account_id: accountId,
      job_id: jobId,
      kind: z.string(),
      model: z.string(),
      expected_by: instant,
      returned_automatically_by: instant,
    }),
  ).describe('Jobs that take longer than expected. Those whose credits return soonest come first.'),
  unknown_outcomes: listOf(
    z.strictObject({
      account_id: accountId,
      job_id: jobId,
      output_id: outputId,
      reference: z
        .string()
        .startsWith('att_')
        .describe('Our name for it at the provider.')
        .meta({ examples: ['att_01h455vb4pex5vsknk084sn02q_0_render_1'] }),
      provider: z.string(),
      posted_at: instant,
    }),
  ).describe('Attempts that may or may not have run, the oldest first.'),
  overdue: listOf(
    z.strictObject({
      account_id: accountId,
      job_id: jobId.nullable(),
      reservation_id: reservationId,
      credits,
      return_by: instant,
    }),
  ).describe('Reservations whose credits should have returned, the oldest first.'),
  reviews: listOf(
    z.strictObject({
      account_id: accountId,
      id: reviewId,
      job_id: jobId,
      category: z.enum(REVIEW_CATEGORIES),
      created_at: instant,
    }),
  ).describe('Reports that wait for a decision, the oldest first.'),
  repairs: listOf(
    z.strictObject({
      account_id: accountId,
      reservation_id: reservationId,
      job_id: jobId.nullable(),
      why: z.string(),
      tries: z.int().min(1),
      first_seen_at: instant,
    }),
  ).describe('What the reconciler could not settle by itself, the oldest first.'),
  webhooks: listOf(
    z.strictObject({
      account_id: accountId,
      id: z.string().startsWith('we_'),
      url: z.string(),
      enabled: z.boolean(),
      failing_since: instant,
    }),
  ).describe('Endpoints that cannot be reached. Those that have failed longest come first.'),
  more: listOf(z.enum(ATTENTION_LISTS))
    .describe('The lists that have more entries than are shown here.')
    .meta({ examples: [['stuck']] }),
  models: listOf(modelHealth).describe('The health of each model of the catalogue.'),
});
export type Attention = z.output<typeof attention>;
