import type { ReviewDecision } from '../../domain/support/review.ts';
import { unlessActed } from '../../ledger/unless-acted.ts';
import type { Database } from '../../ledger/database.ts';
import { onlyRow } from '../../ledger/only-row.ts';

type Decision = {
  readonly accountId: string;
  readonly reviewId: string;
  readonly key: string;
  readonly fingerprint: string;
  readonly decision: ReviewDecision;
  readonly reason: string;
  readonly actor: string;
  /** The job that a free retry allows. */
  readonly retryJobId: string;
  /** How long a goodwill grant lives, of a refund whose own grant has expired, in seconds. */
  readonly goodwillLifetimeSeconds: number;
  /** Up to where the account's record had been read; absent: it was not. */
  readonly asOf?: string | undefined;
};

export type Decided = {
  /**
   * `decided_otherwise`: another decision is in force. `nothing_to_make_good`: everything was refunded already.
   * `partly_refunded`: a free retry would compensate twice.
   */
  readonly outcome:
    'decided' | 'not_found' | 'key_reused' | 'decided_otherwise' | 'nothing_to_make_good' | 'partly_refunded';
  readonly isReplay: boolean;
};

/** Decides a review, once per key, and refunds where that is the decision, in one transaction. */
export async function decideReview(database: Database, decision: Decision): Promise<Decided> {
  const same = { actions: ['decide_review'], subject: { review_id: decision.reviewId } };
  const { rows } = await database.query<{ outcome: Decided['outcome']; is_replay: boolean }>({
    name: 'jobs.decide_review',
    text: 'SELECT outcome, is_replay FROM jobs.decide_review(ledger.unless_acted($1, $10), $2, $3, $4, $5, $6, $7, $8, $9)',
    values: [
      decision.accountId,
      decision.reviewId,
      decision.key,
      decision.fingerprint,
      decision.decision,
      decision.reason,
      decision.actor,
      decision.retryJobId,
      decision.goodwillLifetimeSeconds,
      unlessActed(decision.asOf, same, decision),
    ],
  });
  const row = onlyRow(rows, 'jobs.decide_review');
  return { outcome: row.outcome, isReplay: row.is_replay };
}
