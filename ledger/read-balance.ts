import type { Database } from './database.ts';
import type { GrantView } from './read-grant.ts';

/** The live balance, in credits. Times as PostgreSQL's JSON writes them. */
export type Balance = {
  readonly account_id: string;
  readonly available: number;
  readonly reserved: number;
  readonly spent_this_period: number;
  /** Since when that counts. */
  readonly period_starts_at: string;
  /** Those that still hold something, in burn order. */
  readonly grants: readonly GrantView[];
  readonly next_expiry: { readonly at: string; readonly credits: number } | null;
};

/** Null when there is no such account. */
export async function readBalance(database: Database, accountId: string): Promise<Balance | null> {
  const { rows } = await database.query<{ balance: Balance | null }>({
    name: 'ledger.read_balance',
    text: 'SELECT ledger.read_balance($1) AS balance',
    values: [accountId],
  });
  return rows[0]?.balance ?? null;
}
