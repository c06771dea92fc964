import type { GrantBand, GrantSource } from '../domain/grant-rules.ts';
import type { Database } from './database.ts';
import { groupCommitByAccount } from './group-commit-by-account.ts';
import type { GroupedVerb } from './group-commit.ts';

export type GrantItem = {
  readonly accountId: string;
  /** The caller's id is the key: the same id and content answers the same for ever. */
  readonly grantId: string;
  readonly source: GrantSource;
  /** Spent in this order: 1 before 2 before 3. */
  readonly band: GrantBand;
  readonly credits: number;
  readonly ends: GrantEnd;
  readonly reason: string;
  /** Of the payment, for a top-up: one payment makes one grant. */
  readonly reference?: string | undefined;
  /** Whoever gives it, for the record of what operators did; none when a rule of ours does. */
  readonly actor?: string | undefined;
};

/** When a grant ends: never, at an instant, or so long after the database's now. */
export type GrantEnd =
  'never' | { readonly at: Date } | { readonly afterSeconds: number } | { readonly afterMonths: number };

export type GrantResult = {
  readonly outcome:
    'granted' | 'key_reused' | 'account_not_found' | 'invalid_amount' | 'too_many_credits' | 'expired';
};

/** Gives credits to an account; calls made at the same time share a transaction. */
export function createGrant(database: Database): GroupedVerb<GrantItem, GrantResult> {
  return groupCommitByAccount(async (items: readonly GrantItem[]) => {
    const { rows } = await database.query<GrantResult>({
      name: 'ledger.grant_credits',
      text: 'SELECT outcome FROM ledger.grant_credits($1) ORDER BY item',
      values: [JSON.stringify(items.map(toGrantRow))],
    });
    return rows;
  });
}

/** An item as the ledger's SQL takes it. */
export function toGrantRow(item: GrantItem): object {
  return {
    account_id: item.accountId,
    grant_id: item.grantId,
    source: item.source,
    band: item.band,
    amount: item.credits,
    expires_at: item.ends !== 'never' && 'at' in item.ends ? item.ends.at : null,
    lives_seconds: item.ends !== 'never' && 'afterSeconds' in item.ends ? item.ends.afterSeconds : null,
    lives_months: item.ends !== 'never' && 'afterMonths' in item.ends ? item.ends.afterMonths : null,
    reason: item.reason,
    reference: item.reference,
    actor: item.actor,
  };
}
