import { pageOf } from '../../domain/page-of.ts';
import type { ReviewCategory, ReviewState } from '../../domain/support/review.ts';
import type { Database } from '../../ledger/database.ts';
import type { StoredReview } from './read-review.ts';

/** The position where a page ended. `createdAt` is PostgreSQL's own text: a Date would lose its microseconds. */
type ReviewListPosition = { readonly createdAt: string; readonly reviewId: string };

type ReviewListFilter = {
  readonly state: ReviewState | null;
  readonly category: ReviewCategory | null;
};

type ReviewListPage = {
  readonly reviews: readonly StoredReview[];
  /** Null at the end of the list. */
  readonly next: ReviewListPosition | null;
};

type Row = { review: StoredReview; created_at: string; review_id: string };

/**
 * A page of reviews, newest first.
 * @param accountId null: of all accounts, for support.
 */
export async function listReviews(
  database: Database,
  accountId: string | null,
  filter: ReviewListFilter,
  page: { readonly from: ReviewListPosition | null; readonly limit: number },
): Promise<ReviewListPage> {
  const asked = [
    filter.state,
    filter.category,
    page.from?.createdAt ?? null,
    page.from?.reviewId ?? null,
    page.limit + 1,
  ];
  const { rows } = await database.query<Row>(
    accountId === null
      ? {
          name: 'jobs.list_reviews_of_all',
          text: 'SELECT review, created_at, review_id FROM jobs.list_reviews_of_all($1, $2, $3, $4, $5)',
          values: asked,
        }
      : {
          name: 'jobs.list_reviews',
          text: 'SELECT review, created_at, review_id FROM jobs.list_reviews($1, $2, $3, $4, $5, $6)',
          values: [accountId, ...asked],
        },
  );
  const { shown, last } = pageOf(rows, page.limit);
  return {
    reviews: shown.map((row) => row.review),
    next: last === undefined ? null : { createdAt: last.created_at, reviewId: last.review_id },
  };
}
