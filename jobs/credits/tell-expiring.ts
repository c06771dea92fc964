import type { Database } from '../../ledger/database.ts';
import { onlyRow } from '../../ledger/only-row.ts';

/** Emits events for credits that expire in a few days, once per grant, for at most `limit` grants. Returns how many. */
export async function tellExpiring(database: Database, limit: number): Promise<number> {
  const { rows } = await database.query<{ told: number }>({
    name: 'jobs.tell_expiring',
    text: 'SELECT jobs.tell_expiring($1) AS told',
    values: [limit],
  });
  return onlyRow(rows, 'jobs.tell_expiring').told;
}

/** The same for one account, by its own clock. */
export async function tellExpiringOf(database: Database, accountId: string): Promise<number> {
  const { rows } = await database.query<{ told: number }>({
    name: 'jobs.tell_expiring_of',
    text: 'SELECT jobs.tell_expiring_of($1) AS told',
    values: [accountId],
  });
  return onlyRow(rows, 'jobs.tell_expiring_of').told;
}
