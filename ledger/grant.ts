import type { Database } from './database.ts';
import { groupCommitByAccount } from './group-commit-by-account.ts';
import type { GroupedVerb } from './group-commit.ts';

/** Where credits come from (credit-rules.md, "Where credits come from"). */
export type GrantSource = 'plan' | 'trial' | 'sign_up' | 'referral' | 'return' | 'goodwill' | 'top_up';

export type GrantItem = {
  readonly accountId: string;
  /** The caller's id is the key: the same id and content answers the same for ever. */
  readonly grantId: string;
  readonly source: GrantSource;
  /** Spent in this order: 1 before 2 before 3. */
  readonly band: 1 | 2 | 3;
  readonly credits: number;
  /** Null: never. */
  readonly expiresAt: Date | null;
  readonly reason: string;
};

export type GrantResult = {
  readonly outcome: 'granted' | 'key_reused' | 'account_not_found' | 'invalid_amount' | 'expired';
};

/** Gives credits to an account; calls made at the same time share a transaction. */
export function createGrant(database: Database): GroupedVerb<GrantItem, GrantResult> {
  return groupCommitByAccount(async (items: readonly GrantItem[]) => {
    const { rows } = await database.query<GrantResult>({
      name: 'ledger.grant_credits',
      text: 'SELECT outcome FROM ledger.grant_credits($1) ORDER BY item',
      values: [JSON.stringify(items.map(toRow))],
    });
    return rows;
  });
}

function toRow(item: GrantItem): object {
  return {
    account_id: item.accountId,
    grant_id: item.grantId,
    source: item.source,
    band: item.band,
    amount: item.credits,
    expires_at: item.expiresAt,
    reason: item.reason,
  };
}
