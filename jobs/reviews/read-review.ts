import type { ResolvedWork } from '../../domain/edit.ts';
import type { JobState } from '../../domain/job-state.ts';
import type { ReviewCategory, ReviewDecision, ReviewState } from '../../domain/review.ts';
import type { Database } from '../../ledger/database.ts';

/** A review as PostgreSQL tells it, with what a reviewer looks at. Times as its JSON writes them. */
export type StoredReview = {
  readonly id: string;
  readonly account_id: string;
  readonly output_id: string;
  readonly job_id: string;
  readonly category: ReviewCategory;
  readonly note: string | null;
  readonly created_at: string;
  readonly state: ReviewState;
  /** The decision that holds; null while the review is open. */
  readonly decision: ReviewDecision | null;
  readonly reason: string | null;
  readonly decided_at: string | null;
  /** Of the last decision; of a review that is open again, the retry that came to nothing. */
  readonly retry_job_id: string | null;
  /** Null while that job is not admitted. */
  readonly retry_state: JobState | null;
  readonly model: string;
  readonly work: ResolvedWork;
  readonly content_type: string | null;
  readonly bytes: number | null;
  readonly sha256: string | null;
  /** The output that was paid for (of a free retry, what it is the retry of), in credits. */
  readonly paid: { readonly output_id: string; readonly committed: number; readonly refunded: number };
  readonly decisions: readonly StoredDecision[];
};

export type StoredDecision = {
  readonly decision: ReviewDecision;
  readonly reason: string;
  readonly actor: string;
  readonly decided_at: string;
  readonly retry_job_id: string | null;
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

/** The account whose review it is; null when it is nobody's. For support, who acts for every account. */
export async function accountOfReview(database: Database, reviewId: string): Promise<string | null> {
  const { rows } = await database.query<{ account_id: string | null }>({
    name: 'jobs.account_of_review',
    text: 'SELECT jobs.account_of_review($1) AS account_id',
    values: [reviewId],
  });
  return rows[0]?.account_id ?? null;
}
