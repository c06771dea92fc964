import type { SearchResult } from '../../contract/shapes/support-shapes.ts';
import type { Database } from '../../ledger/database.ts';

/** More than a person looks through. */
const MAX_RESULTS = 20;

/** What a text is: an id, what a provider calls its job, or how an account is called. @param accountId null: of all accounts. */
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
