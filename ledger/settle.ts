import type { ExpiredGrantPolicy } from '../domain/failures.ts';
import type { Database } from './database.ts';
import type { BatchVerb } from './group-commit.ts';

/** What commit and release share: one SQL function ends a reservation, whichever way. */
export type SettleItem = {
  readonly accountId: string;
  readonly reservationId: string;
  readonly verb: 'commit' | 'release';
  /** What a commit charges; at most what was reserved. Null for a release. */
  readonly credits: number | null;
  readonly cause: string;
  readonly expiredGrantPolicy: ExpiredGrantPolicy;
};

export type SettleOutcome =
  'committed' | 'released' | 'not_found' | 'exceeds_reserved' | 'key_reused' | 'invalid_amount';

export type SettleResult = {
  /** How the reservation stands now: whoever lost a race reads the winner's word. */
  readonly outcome: SettleOutcome;
  /** True when an earlier call had ended it. */
  readonly isReplay: boolean;
  readonly committed: number;
  readonly released: number;
};

type Row = { outcome: SettleOutcome; is_replay: boolean; committed: string | null; released: string | null };

/** Ends many reservations in one transaction. Throws only when the database does not answer. */
export function createSettleBatch(
  database: Database,
  returnGrantHours: number,
): BatchVerb<SettleItem, SettleResult> {
  return async (items) => {
    const { rows } = await database.query<Row>({
      name: 'ledger.settle',
      text: 'SELECT outcome, is_replay, committed, released FROM ledger.settle($1) ORDER BY item',
      values: [JSON.stringify(items.map((item) => toRow(item, returnGrantHours)))],
    });
    return rows.map((row) => ({
      outcome: row.outcome,
      isReplay: row.is_replay,
      committed: Number(row.committed ?? 0),
      released: Number(row.released ?? 0),
    }));
  };
}

function toRow(item: SettleItem, returnGrantHours: number): object {
  return {
    account_id: item.accountId,
    reservation_id: item.reservationId,
    verb: item.verb,
    amount: item.credits,
    cause: item.cause,
    expired_policy: item.expiredGrantPolicy,
    return_grant_hours: returnGrantHours,
  };
}
