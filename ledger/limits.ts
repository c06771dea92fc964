import type { Limits } from '../contract/shapes/account-shapes.ts';
import { unlessActed, type ActedBy } from './unless-acted.ts';
import type { Database } from './database.ts';

const SAME = { actions: ['set_limits'] } as const;

/** Replaces all limits of an account. False: there is no such account. */
export async function setLimits(
  database: Database,
  accountId: string,
  limits: Limits,
  by: ActedBy,
  asOf?: string,
): Promise<boolean> {
  const { rows } = await database.query<{ is_set: boolean }>({
    name: 'ledger.set_limits',
    text: 'SELECT ledger.set_limits(ledger.unless_acted($1, $5), $2, $3, $4) AS is_set',
    values: [accountId, limits, by.actor, by.reason, unlessActed(asOf, SAME, by)],
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
