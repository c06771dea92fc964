import type { Price } from '../../domain/prices/quote.ts';
import type { Database } from '../../ledger/database.ts';

/** The admission under a key. The codes of a refusal: contract/workflow-messages.ts. */
export type StoredAdmission = {
  readonly fingerprint: string;
  readonly outcome: { readonly outcome: 'reserved' | 'refused' } & Readonly<Record<string, unknown>>;
};

/** A price, and the fingerprint of its work. */
type StoredQuote = { readonly fingerprint: string; readonly price: Price };

/** What is on record of a submission before it is started. */
type SubmissionRecord = {
  /** Null when the key is new. */
  readonly admission: StoredAdmission | null;
  /** The account's limit of jobs under way, when it is reached; else null. */
  readonly reachedJobLimit: number | null;
  /** The cited quote; null: the account has none of that id. Admission decides whether it still holds. */
  readonly quote: StoredQuote | null;
};

type Row = { admission: StoredAdmission | null; reached_job_limit: number | null; quote: StoredQuote | null };

/**
 * Reads it in one round trip. The job limit is a hint, by which one job too many is refused without using up its key;
 * admission checks again under the account's lock.
 * @param submission.quoteId undefined: none is cited.
 */
export async function readSubmission(
  database: Database,
  submission: { readonly accountId: string; readonly jobId: string; readonly quoteId?: string | undefined },
): Promise<SubmissionRecord> {
  const { rows } = await database.query<Row>({
    name: 'jobs.read_submission',
    text: 'SELECT admission, reached_job_limit, quote FROM jobs.read_submission($1, $2, $3)',
    values: [submission.accountId, submission.jobId, submission.quoteId ?? null],
  });
  const row = rows[0];
  if (row === undefined) throw new RangeError('jobs.read_submission returned no row');
  return {
    admission: row.admission,
    reachedJobLimit: row.reached_job_limit,
    quote: row.quote,
  };
}
