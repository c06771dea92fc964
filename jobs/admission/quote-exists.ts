import type { Database } from '../../ledger/database.ts';

/** Whether the account was ever given this quote. Whether it still holds is admission's to say. */
export async function quoteExists(database: Database, accountId: string, quoteId: string): Promise<boolean> {
  const { rows } = await database.query<{ exists: boolean }>({
    name: 'jobs.quote_exists',
    text: 'SELECT jobs.quote_exists($1, $2) AS exists',
    values: [accountId, quoteId],
  });
  return rows[0]?.exists ?? false;
}
