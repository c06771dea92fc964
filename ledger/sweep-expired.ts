import type { Database } from './database.ts';

/**
 * Writes what has expired into the journal, for at most `limit` accounts. Answers how many it swept; fewer than `limit`
 * means that none is left. (Expired credits cannot be spent, swept or not.)
 */
export async function sweepExpired(database: Database, limit: number): Promise<number> {
  const { rows } = await database.query<{ swept: number }>({
    name: 'ledger.sweep_expired',
    text: 'SELECT ledger.sweep_expired($1) AS swept',
    values: [limit],
  });
  return rows[0]?.swept ?? 0;
}
