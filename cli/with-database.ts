import { Pool } from 'pg';
import { describeDatabaseFault } from '../runtime/describe-database-fault.ts';
import { CommandError, EXIT_CODE } from './exit-codes.ts';

/** A whole ledger is read: minutes on a large one. */
const QUERY_TIMEOUT_MS = 10 * 60_000;
const CONNECT_TIMEOUT_MS = 5_000;

/** Gives `work` one connection to a database, which shows there under a name. Throws what `work` throws. */
export async function withDatabase<Result>(
  databaseUrl: string,
  applicationName: string,
  work: (database: Pool) => Promise<Result>,
): Promise<Result> {
  const pool = new Pool({
    connectionString: databaseUrl,
    max: 1,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    application_name: applicationName,
  });
  pool.on('error', () => undefined);
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}

/** The same for a command: what PostgreSQL refuses, or where there is none, is told in a sentence. */
export async function askDatabase<Result>(
  databaseUrl: string,
  command: string,
  work: (database: Pool) => Promise<Result>,
): Promise<Result> {
  try {
    return await withDatabase(databaseUrl, `holdfast ${command}`, work);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(
      `${command}: ${describeDatabaseFault(error, { setting: 'DATABASE_URL', url: databaseUrl })}`,
      EXIT_CODE.failed,
    );
  }
}
