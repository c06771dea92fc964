import type { Limits } from '../contract/shapes/account-shapes.ts';
import type { Database } from './database.ts';

/** Replaces all limits of an account. False: there is no such account. */
export async function setLimits(
  database: Database,
  accountId: string,
  limits: Limits,
  by: { readonly actor: string; readonly reason: string },
): Promise<boolean> {
  const { rows } = await database.query<{ is_set: boolean }>({
    name: 'ledger.set_limits',
    text: 'SELECT ledger.set_limits($1, $2, $3, $4) AS is_set',
    values: [accountId, limits, by.actor, by.reason],
  });
  return rows[0]?.is_set ?? false;
}

/** Null: there is no such account. */
export async function readLimits(database: Database, accountId: string): Promise<Limits | null> {
  const { rows } = await database.query<{ limits: Limits | null }>({
    name: 'ledger.read_limits',
    text: 'SELECT ledger.read_limits($1) AS limits',
    values: [accountId],
  });
  return rows[0]?.limits ?? null;
}
