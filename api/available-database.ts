import { DatabaseError } from 'pg';
import type { Database } from '../ledger/database.ts';

/** PostgreSQL cannot be asked now. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable';
}

/**
 * SQLSTATEs by which PostgreSQL itself says "not now": broken connections (08), resources (53), an operator's shutdown or
 * cancel (57), a broken disk (58), a lock that was not to be had (55P03), a deadlock or a lost race (40).
 */
const NOT_NOW = /^(08|40|53|57|58|55P03)/;

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
    if (error instanceof DatabaseError && !NOT_NOW.test(error.code ?? '')) throw error;
    throw new DatabaseUnavailable('PostgreSQL does not answer', { cause: error });
  }
}
