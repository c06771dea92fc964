import type { SearchResult } from '../../contract/shapes/support-shapes.ts';
import type { Database } from '../../ledger/database.ts';

/** More than a person reads. */
const MAX_RESULTS = 20;

/** An id within another text: the address of a page of ours or of Temporal's, a line of a log, a quotation. */
const ID_WITHIN = /\b[a-z]+_\w{6,}/i;

/**
 * Searches by id, by a provider's id of a job, or by an account's name. If nothing is called that, searches by the first
 * id within the text.
 *
 * @param accountId null: all accounts
 */
export async function search(
  database: Database,
  text: string,
  accountId: string | null,
): Promise<readonly SearchResult[]> {
  const found = await searchExactly(database, text, accountId);
  const [within] = ID_WITHIN.exec(text) ?? [];
  if (found.length > 0 || within === undefined) return found;
  // Only an account's id may have capitals.
  const id = within.startsWith('acct_') ? within : within.toLowerCase();
  return id === text ? found : searchExactly(database, id, accountId);
}

async function searchExactly(
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
