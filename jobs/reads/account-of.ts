import type { Database } from '../../ledger/database.ts';

/**
 * The account of a grant, a job or a review, for an operator who has its id alone; null: none, or several (callers of
 * the ledger may choose ids of grants).
 */
export async function accountOf(database: Database, id: string): Promise<string | null> {
  const { rows } = await database.query<{ account_id: string | null }>({
    name: 'jobs.account_of',
    text: 'SELECT jobs.account_of($1) AS account_id',
    values: [id],
  });
  return rows[0]?.account_id ?? null;
}
