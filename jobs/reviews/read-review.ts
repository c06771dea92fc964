import type { ResolvedWork } from '../../domain/work/work.ts';
import type { Decision, Review } from '../../contract/shapes/review-shapes.ts';
import type { Database } from '../../ledger/database.ts';

/** A review as PostgreSQL returns it, with what a reviewer needs. Times as its JSON writes them. */
export type StoredReview = Omit<
  Review,
  'advice' | 'kind' | 'brief' | 'instruction' | 'output' | 'billing' | 'account_id' | 'decisions' | 'links'
> &
  Omit<Review['output'], 'content_url'> & {
    readonly account_id: string;
    readonly work: ResolvedWork;
    readonly paid: Review['billing'];
    readonly decisions: readonly Decision[];
  };

/** One review of an account; null when the account has no such review. */
export async function readReview(
  database: Database,
  accountId: string,
  reviewId: string,
): Promise<StoredReview | null> {
  const { rows } = await database.query<{ review: StoredReview | null }>({
    name: 'jobs.read_review',
    text: 'SELECT jobs.read_review($1, $2) AS review',
    values: [accountId, reviewId],
  });
  return rows[0]?.review ?? null;
}
