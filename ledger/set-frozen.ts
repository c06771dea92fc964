import { unlessActed, type ActedBy } from './unless-acted.ts';
import type { Database } from './database.ts';

const SAME = { actions: ['freeze', 'unfreeze'] } as const;

/** Freezes an account's spending, or allows it again. A repeat changes nothing. False: there is no such account. */
export async function setFrozen(
  database: Database,
  accountId: string,
  isFrozen: boolean,
  by: ActedBy,
  asOf?: string,
): Promise<boolean> {
  const { rows } = await database.query<{ is_there: boolean }>({
    name: 'ledger.set_frozen',
    text: 'SELECT ledger.set_frozen(ledger.unless_acted($1, $5), $2, $3, $4) AS is_there',
    values: [accountId, isFrozen, by.actor, by.reason, unlessActed(asOf, SAME, by)],
  });
  return rows[0]?.is_there ?? false;
}
