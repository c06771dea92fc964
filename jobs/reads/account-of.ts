import type { Database } from '../../ledger/database.ts';

/**
 * Whose a grant, a job or a review is, for an operator who has its id alone; null when no account has it, or several do (a caller of the
 * ledger may choose its own ids of grants).
 */
export async function accountOf(database: Database, id: string): Promise<string | null> {
  const { rows } = await database.query<{ account_id: string | null }>({
    name: 'jobs.account_of',
    text: 'SELECT jobs.account_of($1) AS account_id',
    values: [id],
  });
  return rows[0]?.account_id ?? null;
}
