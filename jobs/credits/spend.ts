import type { Database } from '../../ledger/database.ts';
import { groupCommitByAccount } from '../../ledger/group-commit.ts';
import type { GroupedVerb } from '../../ledger/group-commit.ts';
import type { ExceededCap } from '../../contract/shapes/problem-shape.ts';

type SpendItem = {
  readonly accountId: string;
  readonly key: string;
  readonly fingerprint: string;
  readonly spendId: string;
  readonly credits: number;
  /** The purpose, as the usage history shows it. */
  readonly note: string;
  /** The member and project whose spend caps it counts against. */
  readonly member?: string | undefined;
  readonly project?: string | undefined;
};

export type SpendAnswer =
  | { readonly outcome: 'spent'; readonly credits: number }
  | {
      readonly outcome: 'insufficient_credits' | 'limit_exceeded';
      readonly required: number;
      readonly available: number;
      readonly reserved: number;
      readonly limit?: ExceededCap;
    }
  | { readonly outcome: 'account_frozen' }
  | { readonly outcome: 'account_not_found' | 'invalid_amount' | 'key_reused' | 'released' };

type SpendResult = {
  readonly answer: SpendAnswer;
  /** The fingerprint of the request first stored under this key. */
  readonly fingerprint: string;
  readonly isReplay: boolean;
};

type Row = { answer: SpendAnswer; fingerprint: string; is_replay: boolean };

/** Spends on metered use, once per key; simultaneous calls share a transaction. Refusals are stored too. */
export function createSpend(database: Database): GroupedVerb<SpendItem, SpendResult> {
  return groupCommitByAccount(async (items: readonly SpendItem[]) => {
    const { rows } = await database.query<Row>({
      name: 'jobs.spend',
      text: 'SELECT answer, fingerprint, is_replay FROM jobs.spend($1)',
      values: [JSON.stringify(items.map(toRow))],
    });
    return rows.map((row) => ({
      answer: row.answer,
      fingerprint: row.fingerprint,
      isReplay: row.is_replay,
    }));
  });
}

function toRow(item: SpendItem): object {
  return {
    account_id: item.accountId,
    key: item.key,
    fingerprint: item.fingerprint,
    spend_id: item.spendId,
    amount: item.credits,
    note: item.note,
    member: item.member,
    project: item.project,
  };
}
