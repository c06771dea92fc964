import { z } from 'zod';
import { JOB_STATES } from '../../domain/work/job-state.ts';
import {
  MAX_REVIEW_NOTE,
  REVIEW_CATEGORIES,
  REVIEW_DECISIONS,
  REVIEW_STATES,
} from '../../domain/support/review.ts';
import { previewFields, reasonField } from './body-fields.ts';
import { pageParameters } from './query-fields.ts';
import { requestText } from '../job-request/request-text.ts';
import { preview } from './support-shapes.ts';
import {
  accountId,
  apiPath,
  credits,
  instant,
  jobId,
  listOf,
  outputId,
  pageOf,
  reviewId,
  sha256,
} from './wire-fields.ts';

/** Reports of outputs that cannot be used, and what support decides. */

export const reportBody = z.strictObject({
  category: z.enum(REVIEW_CATEGORIES),
  note: requestText({ max: MAX_REVIEW_NOTE, isParagraph: true }).optional(),
});

export const reviewsQuery = z.strictObject({
  state: z.enum(REVIEW_STATES).optional(),
  category: z.enum(REVIEW_CATEGORIES).optional(),
  ...pageParameters,
});

export const decisionBody = z.strictObject({
  decision: z.enum(REVIEW_DECISIONS),
  reason: reasonField,
  ...previewFields,
});

/** One decision of support on a review. */
export const decision = z.strictObject({
  decision: z.enum(REVIEW_DECISIONS),
  reason: z.string(),
  actor: z.string(),
  decided_at: instant,
  retry_job_id: jobId.nullable(),
});
export type Decision = z.output<typeof decision>;

export const review = z.strictObject({
  id: reviewId,
  output_id: outputId,
  job_id: jobId,
  category: z.enum(REVIEW_CATEGORIES),
  note: z.string().nullable(),
  state: z.enum(REVIEW_STATES),
  decision: z
    .enum(REVIEW_DECISIONS)
    .nullable()
    .describe('The current decision; null while the review is open.'),
  reason: z.string().nullable(),
  advice: z.string(),
  retry_job_id: jobId.nullable(),
  retry_state: z.enum(JOB_STATES).nullable(),
  created_at: instant,
  decided_at: instant.nullable(),
  kind: z.string().describe('The kind of work that was requested for the output.'),
  model: z.string(),
  brief: z.record(z.string(), z.unknown()).nullable(),
  instruction: z.string().nullable(),
  output: z.strictObject({
    content_url: apiPath,
    content_type: z.string().nullable(),
    bytes: z.int().min(1).nullable(),
    sha256: sha256.nullable(),
  }),
  billing: z
    .strictObject({ output_id: outputId, committed: credits, refunded: credits })
    .describe('The bill of the output that was paid for; for a free retry, that of the original output.'),
  account_id: accountId.optional().describe('The account of the output. Shown to platform keys only.'),
  asked: z
    .record(z.string(), z.unknown())
    .optional()
    .describe(
      'The requested values of the fields that support sees (`supportFields` of the catalogue). Shown to platform keys only.',
    ),
  decisions: listOf(decision).optional().describe('All decisions so far. Shown to platform keys only.'),
  links: z.strictObject({ self: apiPath, output: apiPath }),
});
export type Review = z.output<typeof review>;
/** A review as a platform key reads it. */
export type ReviewForSupport = Review & {
  readonly account_id: string;
  readonly asked: Readonly<Record<string, unknown>>;
  readonly decisions: readonly Decision[];
};

/** The response to a decision: the review after it, or for a dry run what the decision would do. */
export const reviewOrPreview = z.union([review, preview]);

export const reviewPage = pageOf(review);
