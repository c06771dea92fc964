import type { Database } from './database.ts';

/** Freezes an account's spending, or allows it again. A repeat changes nothing. False: there is no such account. */
export async function setFrozen(
  database: Database,
  accountId: string,
  isFrozen: boolean,
  by: { readonly actor: string; readonly reason: string },
): Promise<boolean> {
  const { rows } = await database.query<{ is_there: boolean }>({
    name: 'ledger.set_frozen',
    text: 'SELECT ledger.set_frozen($1, $2, $3, $4) AS is_there',
    values: [accountId, isFrozen, by.actor, by.reason],
  });
  return rows[0]?.is_there ?? false;
}
