import type { Database } from '../../ledger/database.ts';
import { onlyRow } from '../../ledger/only-row.ts';

/** Tells accounts, at most `limit` of them, of credits that expire in a few days, once per grant. Returns how many grants were told of. */
export async function tellExpiring(database: Database, limit: number): Promise<number> {
  const { rows } = await database.query<{ told: number }>({
    name: 'jobs.tell_expiring',
    text: 'SELECT jobs.tell_expiring($1) AS told',
    values: [limit],
  });
  return onlyRow(rows, 'jobs.tell_expiring').told;
}

/** The same of one account, by its own clock. */
export async function tellExpiringOf(database: Database, accountId: string): Promise<number> {
  const { rows } = await database.query<{ told: number }>({
    name: 'jobs.tell_expiring_of',
    text: 'SELECT jobs.tell_expiring_of($1) AS told',
    values: [accountId],
  });
  return onlyRow(rows, 'jobs.tell_expiring_of').told;
}
