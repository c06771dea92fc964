import type { RequestRules } from '../../contract/job-request/parse-job-request.ts';
import { isReviewId } from '../../domain/support/review.ts';
import { accountOf } from '../../jobs/reads/account-of.ts';
import { readReview, type StoredReview } from '../../jobs/reviews/read-review.ts';
import type { Database } from '../../ledger/database.ts';
import { accountOrAll, namedAccount, requireScope, type ActingFor } from '../access/authorize.ts';
import { notFound } from '../http/problem.ts';
import { pathParameter, type CallerExchange } from '../http/route.ts';

export type ReviewDeps = {
  readonly database: Database;
  readonly actingFor: ActingFor;
  readonly rules: RequestRules;
};

/**
 * The account whose reviews a caller may read: its own, or the one in Holdfast-Account; null: all, for support without
 * that header. Throws forbidden and not_found.
 */
export async function reviewedAccount(deps: ReviewDeps, exchange: CallerExchange): Promise<string | null> {
  const { request, caller } = exchange;
  if (namedAccount(request, caller) === undefined) requireScope(caller, ['support']);
  return accountOrAll(deps.actingFor, exchange);
}

/** Reads the review of a path. Throws not_found for another account's. */
export async function reviewOfPath(deps: ReviewDeps, exchange: CallerExchange): Promise<StoredReview> {
  const reviewId = pathParameter(exchange.request, 'id');
  const named = await reviewedAccount(deps, exchange);
  if (!isReviewId(reviewId)) throw notFound('review');
  const accountId = named ?? (await accountOf(deps.database, reviewId));
  const review = accountId === null ? null : await readReview(deps.database, accountId, reviewId);
  if (review === null) throw notFound('review');
  exchange.state.accountId = review.account_id;
  return review;
}
