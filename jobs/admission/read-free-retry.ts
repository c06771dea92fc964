import type { ResolvedWork } from '../../domain/edit.ts';
import type { Database } from '../../ledger/database.ts';

/** What a free retry makes, and the labels it bears: those of the reviewed output's job. */
export type FreeRetry = { readonly work: ResolvedWork; readonly metadata: Readonly<Record<string, string>> };

/** What a job may make at no credits; null unless a decision of support's names this very job. */
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
