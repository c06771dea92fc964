import type { Database } from '../../ledger/database.ts';
import { isNotNow, sqlStateOf } from '../../ledger/sql-state.ts';

/** PostgreSQL cannot be asked now. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable';
}

/**
 * The database as the API sees it: whatever the server did not say is the wire's fault (pg reports a timeout or a cut
 * connection as plain errors without a code), so all but the server's own refusals mean that it is away.
 */
export function reportUnavailable(database: Database): Database {
  return { query: (statement) => orUnavailable(database.query(statement)) };
}

async function orUnavailable<Answer>(answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    const sqlState = sqlStateOf(error);
    if (sqlState !== null && !isNotNow(sqlState)) throw error;
    throw new DatabaseUnavailable('PostgreSQL does not answer', { cause: error });
  }
}
