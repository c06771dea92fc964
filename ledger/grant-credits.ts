import type { GrantPriority, GrantSource } from '../domain/credits/grant-rules.ts';
import type { Database } from './database.ts';
import { onlyRow } from './only-row.ts';

export type GrantItem = {
  readonly accountId: string;
  /** The caller's id is the key: the same id and content returns the same forever. */
  readonly grantId: string;
  readonly source: GrantSource;
  /** Spent in this order: 1 before 2 before 3. */
  readonly priority: GrantPriority;
  readonly credits: number;
  readonly ends: GrantEnd;
  readonly reason: string;
  /** The payment of a top-up: one payment makes one grant. */
  readonly reference?: string | undefined;
  /** The operator who grants it, for the record; absent: a rule of ours does. */
  readonly actor?: string | undefined;
};

/** When a grant ends: never, at an instant, or so long after the account's clock. */
export type GrantEnd =
  'never' | { readonly at: Date } | { readonly afterSeconds: number } | { readonly afterMonths: number };

export type GrantOutcome =
  'granted' | 'key_reused' | 'account_not_found' | 'invalid_amount' | 'too_many_credits' | 'expired';

/** Grants credits to an account. A refusal is an outcome; throws only when the database fails. */
export async function grantCredits(database: Database, item: GrantItem): Promise<GrantOutcome> {
  const { rows } = await database.query<{ outcome: GrantOutcome }>({
    name: 'ledger.grant_credits',
    text: 'SELECT ledger.grant_credits($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) AS outcome',
    values: [item.accountId, ...grantValues(item)],
  });
  const row = onlyRow(rows, 'ledger.grant_credits');
  return row.outcome;
}

/** A grant, as the parameters of ledger.grant_credits and jobs.grant_credits after the account. */
export function grantValues(item: GrantItem): readonly unknown[] {
  return [
    item.grantId,
    item.source,
    item.priority,
    item.credits,
    item.ends !== 'never' && 'at' in item.ends ? item.ends.at : null,
    livesFor(item.ends),
    item.reason,
    item.reference ?? null,
    item.actor ?? null,
  ];
}

/** A PostgreSQL interval. */
function livesFor(end: GrantEnd): string | null {
  if (end === 'never' || 'at' in end) return null;
  return 'afterMonths' in end ? `${String(end.afterMonths)} months` : `${String(end.afterSeconds)} seconds`;
}
