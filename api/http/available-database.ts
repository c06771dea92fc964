import type { Database } from '../../ledger/database.ts';
import { isNotNow, sqlStateOf } from '../../ledger/sql-state.ts';

/** PostgreSQL cannot be asked now. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable';
}

/**
 * The database as the API sees it: only the server's own refusals pass. Every other error (pg reports a timeout or a
 * cut connection without a code) means that PostgreSQL is away.
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
