import { isReviewId } from './review.ts';

/**
 * The request of a free retry: the name of the review that decided it, and nothing that a customer could send. The
 * work comes from PostgreSQL, and only where a decision there names this very job.
 */
export type FreeRetryRequest = { readonly free_retry_of: string };

export function freeRetryRequest(reviewId: string): FreeRetryRequest {
  return { free_retry_of: reviewId };
}

export function isFreeRetryRequest(request: Readonly<Record<string, unknown>>): boolean {
  const reviewId = request['free_retry_of'];
  return Object.keys(request).length === 1 && typeof reviewId === 'string' && isReviewId(reviewId);
}
