import { GOODWILL_LIFETIME_SECONDS } from '../domain/grant-rules.ts';
import type { Database } from './database.ts';
import { groupCommitByAccount } from './group-commit-by-account.ts';
import type { GroupedVerb } from './group-commit.ts';

export type RefundItem = {
  readonly accountId: string;
  readonly reservationId: string;
  /** The caller's id is the key: the same id and content answers the same for ever. */
  readonly refundId: string;
  /** Null: all that is left of what was committed. */
  readonly credits: number | null;
  readonly reason: string;
  readonly actor: string;
};

export type RefundResult = {
  readonly outcome:
    'refunded' | 'not_found' | 'state_conflict' | 'exceeds_committed' | 'invalid_amount' | 'key_reused';
  /** What this refund gave back, in credits. */
  readonly credits: number;
  /** What the reservation has had back in all. */
  readonly refunded: number;
};

type Row = { outcome: RefundResult['outcome']; credits: string | null; refunded: string | null };

/** Gives back committed credits, whole or in part, to the grants they came from, or as goodwill where those have expired. */
export function createRefund(database: Database): GroupedVerb<RefundItem, RefundResult> {
  return groupCommitByAccount(async (items: readonly RefundItem[]) => {
    const { rows } = await database.query<Row>({
      name: 'ledger.refund',
      text: 'SELECT outcome, credits, refunded FROM ledger.refund($1) ORDER BY item',
      values: [JSON.stringify(items.map(toRow))],
    });
    return rows.map((row) => ({
      outcome: row.outcome,
      credits: Number(row.credits ?? 0),
      refunded: Number(row.refunded ?? 0),
    }));
  });
}

function toRow(item: RefundItem): object {
  return {
    account_id: item.accountId,
    reservation_id: item.reservationId,
    refund_id: item.refundId,
    amount: item.credits,
    reason: item.reason,
    actor: item.actor,
    goodwill_seconds: GOODWILL_LIFETIME_SECONDS,
  };
}
