import type { Database } from '../../ledger/database.ts';

/**
 * Whether an account may have another job under way: a hint, so that one too many is refused without using up its key.
 * Admission asks again under the account's lock.
 */
export async function hasCapacity(database: Database, accountId: string): Promise<boolean> {
  const { rows } = await database.query<{ has_room: boolean }>({
    name: 'jobs.has_room',
    text: 'SELECT jobs.has_room($1) AS has_room',
    values: [accountId],
  });
  return rows[0]?.has_room ?? true;
}
