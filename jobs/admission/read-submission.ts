import type { Price } from '../../domain/prices/quote.ts';
import type { Database } from '../../ledger/database.ts';

/** The decision under a key. Which codes a refusal may have is said where it is sent (contract/workflow-messages.ts). */
export type StoredAdmission = {
  readonly fingerprint: string;
  readonly outcome: { readonly outcome: 'reserved' | 'refused' } & Readonly<Record<string, unknown>>;
};

/** A price, and the work that it was given for. */
type StoredQuote = { readonly fingerprint: string; readonly price: Price };

/** The record of a submission before it is started, at one instant. */
export type SubmissionRecord = {
  /** Null when the key is new. */
  readonly admission: StoredAdmission | null;
  /** How many jobs the account may have under way, when it has as many; null when there is room for another. */
  readonly reachedJobLimit: number | null;
  /** The cited quote; null when the account was never given it. Whether it still holds is admission's to say. */
  readonly quote: StoredQuote | null;
};

type Row = { admission: StoredAdmission | null; reached_job_limit: number | null; quote: StoredQuote | null };

/**
 * Reads it in one round trip. That there is room is a hint, so that one job too many is refused without using up its key: admission
 * asks again under the account's lock.
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
