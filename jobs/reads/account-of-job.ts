import type { Database } from '../../ledger/database.ts';

/** The account whose job it is; null when there is none. For support, who has the job's id alone. */
export async function accountOfJob(database: Database, jobId: string): Promise<string | null> {
  const { rows } = await database.query<{ account_id: string | null }>({
    name: 'jobs.account_of_job',
    text: 'SELECT jobs.account_of_job($1) AS account_id',
    values: [jobId],
  });
  return rows[0]?.account_id ?? null;
}
