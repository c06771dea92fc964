import type { Database } from './database.ts';
import { groupCommitByAccount } from './group-commit-by-account.ts';
import type { BatchVerb, GroupedVerb } from './group-commit.ts';

export type ReserveItem = {
  readonly accountId: string;
  /** The caller's id is the key: the same id and content answers the same for ever. */
  readonly reservationId: string;
  readonly credits: number;
  readonly reason: 'generation' | 'free_retry';
  readonly jobId: string | null;
  readonly outputId: string | null;
  /** Whose spend caps it counts against. */
  readonly member?: string | undefined;
  readonly project?: string | undefined;
  /** From now to return_by, by the database's clock. Seconds. */
  readonly returnAfterSeconds: number;
};

export type ReserveOutcome =
  | 'reserved'
  | 'insufficient_credits'
  | 'limit_exceeded'
  | 'account_not_found'
  | 'invalid_amount'
  | 'key_reused'
  | 'group_refused'
  | 'committed'
  | 'released';

export type ReserveResult = {
  readonly outcome: ReserveOutcome;
  /** The account's balance after the whole call, in credits; null when there is no such account. */
  readonly available: number | null;
  readonly reserved: number | null;
};

type Row = { outcome: ReserveOutcome; available: string | null; reserved: string | null };

/** Reserves many items in one transaction, as if one after the other. Throws only when the database does not answer. */
export function createReserveBatch(database: Database): BatchVerb<ReserveItem, ReserveResult> {
  return async (items) => {
    const { rows } = await database.query<Row>({
      name: 'ledger.reserve',
      text: 'SELECT outcome, available, reserved FROM ledger.reserve($1) ORDER BY item',
      values: [JSON.stringify(items.map(toRow))],
    });
    return rows.map((row) => ({
      outcome: row.outcome,
      available: row.available === null ? null : Number(row.available),
      reserved: row.reserved === null ? null : Number(row.reserved),
    }));
  };
}

/** Sets credits aside for one output; calls made at the same time share a transaction. */
export function createReserve(database: Database): GroupedVerb<ReserveItem, ReserveResult> {
  return groupCommitByAccount(createReserveBatch(database));
}

function toRow(item: ReserveItem): object {
  return {
    account_id: item.accountId,
    reservation_id: item.reservationId,
    amount: item.credits,
    reason: item.reason,
    job_id: item.jobId,
    output_id: item.outputId,
    member: item.member,
    project: item.project,
    return_after_seconds: item.returnAfterSeconds,
  };
}
