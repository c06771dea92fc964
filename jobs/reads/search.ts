import type { SearchResult } from '../../contract/shapes/support-shapes.ts';
import type { Database } from '../../ledger/database.ts';

/** More than a person reads. */
const MAX_RESULTS = 20;

/** Searches by id, by a provider's id of a job, or by an account's name. @param accountId null: all accounts. */
export async function search(
  database: Database,
  text: string,
  accountId: string | null,
): Promise<readonly SearchResult[]> {
  const { rows } = await database.query<SearchResult>({
    name: 'jobs.search',
    text: 'SELECT type, id, account_id, job_id, label FROM jobs.search($1, $2, $3)',
    values: [text, accountId, MAX_RESULTS],
  });
  return rows;
}
