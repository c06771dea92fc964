import type { ResolvedWork } from '../../domain/work/work.ts';
import type { Database } from '../../ledger/database.ts';

/** The work of a free retry, and the metadata of the reviewed output's job. */
type FreeRetry = { readonly work: ResolvedWork; readonly metadata: Readonly<Record<string, string>> };

/** The work that a job may run at no credits; null: no decision names this job. */
export async function readFreeRetry(
  database: Database,
  accountId: string,
  jobId: string,
): Promise<FreeRetry | null> {
  const { rows } = await database.query<FreeRetry>({
    name: 'jobs.read_free_retry',
    text: 'SELECT work, metadata FROM jobs.read_free_retry($1, $2)',
    values: [accountId, jobId],
  });
  return rows[0] ?? null;
}
