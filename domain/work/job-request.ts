import { isReviewId } from '../support/review.ts';

/** A customer's request. The shape of the job body in docs/http-api.md, in the order it is documented there. */

/** Limits of the job body (docs/http-api.md). Lengths are in Unicode code points, sizes in bytes. */
export const JOB_REQUEST_LIMITS = {
  bodyBytes: 1_048_576,
  depth: 10,
  headline: 120,
  body: 1_000,
  callToAction: 60,
  instruction: 2_000,
  referenceUrls: 10,
  referenceUrlLength: 2_048,
  metadataPairs: 20,
  metadataKey: 40,
  metadataValue: 200,
  member: 64,
  project: 64,
  variations: 50,
  outputs: 500,
} as const;

type Brief = {
  readonly headline: string;
  readonly body?: string | undefined;
  readonly call_to_action?: string | undefined;
  readonly brand_color?: string | undefined;
  readonly reference_asset_urls?: readonly string[] | undefined;
};

/** A kind's own fields, beside the common ones; its schema has parsed them. */
export type KindFields = { readonly [field: string]: unknown };

/** The fields of an output, whatever its kind. */
type CommonWork = {
  readonly model?: string | undefined;
  /** For kinds that have pictures: we fetch what it refers to. */
  readonly brief?: Brief | undefined;
  readonly variations?: number | undefined;
  readonly source_output_id?: string | undefined;
  readonly instruction?: string | undefined;
  readonly test_scenario?: TestScenario | undefined;
};

/** One line of work: what describes an output, without who asked or what was agreed. Its kind is one of the catalogue, or `edit`. */
export type WorkItem = CommonWork & KindFields & { readonly kind: string };

/** The kind of the only work, or `batch`. */
export type JobRequest = WorkItem & {
  readonly items?: readonly WorkItem[] | undefined;
  readonly quote_id?: string | undefined;
  readonly max_credits?: number | undefined;
  readonly deadline_seconds?: number | undefined;
  readonly member?: string | undefined;
  readonly project?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly force?: boolean | undefined;
};

/** The scenarios that the local model service can play (docs/http-api.md). */
export const TEST_SCENARIOS = [
  'ok',
  'slow',
  'fails_before_start',
  'fails_after_start',
  'moderated_input',
  'moderated_output',
  'zero_outputs',
  'bad_content',
  'never_starts',
  'never_finishes',
  'unknown_outcome',
  'unknown_outcome_lost',
  'unavailable_once',
  'rate_limited_once',
  'expired_link_once',
] as const;
export type TestScenario = (typeof TEST_SCENARIOS)[number];

/** Fields that a quote does not bind. */
const FIELDS_OUTSIDE_THE_QUOTE = ['quote_id', 'max_credits', 'metadata', 'force'] as const;

/** The part of a request that a quote binds: without agreement and labels. */
export function withoutAgreement(body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const outside: readonly string[] = FIELDS_OUTSIDE_THE_QUOTE;
  return Object.fromEntries(Object.entries(body).filter(([field]) => !outside.includes(field)));
}

/**
 * The request of a free retry: the id of the review that decided it. The work comes from PostgreSQL, if a decision
 * there names this job.
 */
type FreeRetryRequest = { readonly free_retry_of: string };

export function freeRetryRequest(reviewId: string): FreeRetryRequest {
  return { free_retry_of: reviewId };
}

export function isFreeRetryRequest(request: Readonly<Record<string, unknown>>): boolean {
  const reviewId = request['free_retry_of'];
  return Object.keys(request).length === 1 && typeof reviewId === 'string' && isReviewId(reviewId);
}
