import type { Review, ReviewForSupport } from '../../contract/shapes/review-shapes.ts';
import { adviceOf } from '../../domain/support/review.ts';
import { fieldsForSupport, type KindRules } from '../../domain/work/work.ts';
import type { StoredReview } from '../../jobs/reviews/read-review.ts';
import type { Caller } from '../access/caller.ts';
import { instantText, instantTextOrNull } from '../../domain/instant-text.ts';
import { outputPath } from '../../jobs/reads/job-view.ts';

/**
 * A review with the brief and the output. Who decided, earlier decisions, and the fields that `kinds` name for support are
 * shown to support alone.
 */
export function viewReview(review: StoredReview, caller: Caller, kinds: readonly KindRules[]): Review {
  const { work } = review;
  return {
    id: review.id,
    output_id: review.output_id,
    job_id: review.job_id,
    category: review.category,
    note: review.note,
    state: review.state,
    decision: review.decision,
    reason: review.reason,
    advice: adviceOf(review.category),
    retry_job_id: review.retry_job_id,
    retry_state: review.retry_state,
    created_at: instantText(review.created_at),
    decided_at: instantTextOrNull(review.decided_at),
    kind: work.kind,
    model: review.model,
    brief: work.brief ?? null,
    instruction: work.instruction ?? null,
    output: {
      content_url: `${outputPath(review.output_id)}/content`,
      content_type: review.content_type,
      bytes: review.bytes,
      sha256: review.sha256,
    },
    billing: {
      output_id: review.paid.output_id,
      committed: review.paid.committed,
      refunded: review.paid.refunded,
    },
    ...(caller.accountId === null ? forSupport(review, kinds) : {}),
    links: { self: reviewPath(review.id), output: outputPath(review.output_id) },
  };
}

export function reviewPath(reviewId: string): string {
  return `/v1/reviews/${reviewId}`;
}

function forSupport(
  review: StoredReview,
  kinds: readonly KindRules[],
): Pick<ReviewForSupport, 'account_id' | 'asked' | 'decisions'> {
  return {
    asked: fieldsForSupport(review.work, kinds),
    account_id: review.account_id,
    decisions: review.decisions.map((decision) => ({
      ...decision,
      decided_at: instantText(decision.decided_at),
    })),
  };
}
