import {
  REVIEW_REPORTS_OF_OUTPUT,
  REVIEW_REPORTS_PER_DAY,
  type ReviewCategory,
} from '../../domain/support/review.ts';
import type { Database } from '../../ledger/database.ts';
import { onlyRow } from '../../ledger/only-row.ts';

type Report = {
  readonly accountId: string;
  readonly outputId: string;
  readonly category: ReviewCategory;
  readonly note: string | null;
};

export type OpenedReview =
  /** `known`: the same report was made before. */
  | { readonly outcome: 'opened'; readonly reviewId: string }
  | { readonly outcome: 'known'; readonly reviewId: string }
  | { readonly outcome: 'open_already'; readonly reviewId: string }
  | { readonly outcome: 'not_found' | 'not_delivered' | 'made_good' | 'too_many_of_output' }
  | { readonly outcome: 'too_many_today'; readonly retryAfterSeconds: number };

type Row = {
  outcome: OpenedReview['outcome'];
  review_id: string | null;
  retry_after_seconds: number | null;
};

/** Opens a review of a delivered output. A repeated report returns the first one's review. */
export async function openReview(database: Database, report: Report): Promise<OpenedReview> {
  const { rows } = await database.query<Row>({
    name: 'jobs.open_review',
    text: 'SELECT outcome, review_id, retry_after_seconds FROM jobs.open_review($1, $2, $3, $4, $5)',
    values: [
      report.accountId,
      report.outputId,
      report.category,
      report.note,
      JSON.stringify({
        reports_per_day: REVIEW_REPORTS_PER_DAY,
        reports_of_output: REVIEW_REPORTS_OF_OUTPUT,
      }),
    ],
  });
  const row = onlyRow(rows, 'jobs.open_review');
  switch (row.outcome) {
    case 'opened':
    case 'known':
    case 'open_already':
      return { outcome: row.outcome, reviewId: row.review_id ?? '' };
    case 'too_many_today':
      return { outcome: row.outcome, retryAfterSeconds: row.retry_after_seconds ?? 0 };
    case 'not_found':
    case 'not_delivered':
    case 'made_good':
    case 'too_many_of_output':
      return { outcome: row.outcome };
  }
}
