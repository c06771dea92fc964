import { Pool } from 'pg';
import type { DatabaseConfig } from './settings/config.ts';
import type { Logger } from './logger.ts';

/**
 * A connect that takes longer (a full pool counts) means that the database is away: the caller responds 503 well within
 * 15 s.
 */
const CONNECT_TIMEOUT_MS = 3_000;
/** The limit on our side: the only one that holds against a server frozen in mid-query. */
const QUERY_TIMEOUT_MS = 5_000;
/** The limit on the server's side, a little sooner, so that a slow statement is cancelled there. */
const STATEMENT_TIMEOUT_MS = 4_500;

/**
 * The pool of a process. int8 columns stay text (pg's default): callers parse them to checked safe integers. A broken
 * idle connection is logged and replaced; without the handler it would end the process.
 */
export function createDatabasePool(options: {
  readonly config: DatabaseConfig;
  readonly applicationName: string;
  readonly log: Logger;
}): Pool {
  const pool = new Pool({
    connectionString: options.config.url,
    max: options.config.poolSize,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    keepAlive: true,
    application_name: options.applicationName,
  });
  pool.on('error', (error) => {
    options.log.warn({ err: error }, 'an idle database connection broke; the pool opens another');
  });
  return pool;
}
