import type { Database } from './database.ts';
import { groupCommitByAccount } from './group-commit-by-account.ts';
import type { GroupedVerb } from './group-commit.ts';

export type SpendItem = {
  readonly accountId: string;
  /** The caller's id is the key: the same id and content answers the same for ever. */
  readonly spendId: string;
  readonly credits: number;
  /** What it was for, as the usage history shows it. */
  readonly note: string;
  /** Whose spend caps it counts against. */
  readonly member?: string | undefined;
  readonly project?: string | undefined;
};

export type SpendResult = {
  readonly outcome:
    | 'spent'
    | 'insufficient_credits'
    | 'limit_exceeded'
    | 'account_not_found'
    | 'invalid_amount'
    | 'key_reused'
    | 'released';
  /** The account's balance after the whole call, in credits; null when there is no such account. */
  readonly available: number | null;
  readonly reserved: number | null;
};

type Row = { outcome: SpendResult['outcome']; available: string | null; reserved: string | null };

/** Spends at once, without a reservation: metered use. In the same burn order; calls made at the same time share a transaction. */
export function createSpend(database: Database): GroupedVerb<SpendItem, SpendResult> {
  return groupCommitByAccount(async (items: readonly SpendItem[]) => {
    const { rows } = await database.query<Row>({
      name: 'ledger.spend',
      text: 'SELECT outcome, available, reserved FROM ledger.spend($1) ORDER BY item',
      values: [JSON.stringify(items.map(toRow))],
    });
    return rows.map((row) => ({
      outcome: row.outcome,
      available: row.available === null ? null : Number(row.available),
      reserved: row.reserved === null ? null : Number(row.reserved),
    }));
  });
}

function toRow(item: SpendItem): object {
  return {
    account_id: item.accountId,
    spend_id: item.spendId,
    amount: item.credits,
    note: item.note,
    member: item.member,
    project: item.project,
  };
}
