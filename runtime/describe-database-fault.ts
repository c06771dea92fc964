import { DatabaseError } from 'pg';
import type { Logger } from './logger.ts';
import type { DatabaseConfig } from './settings/config.ts';

const INSUFFICIENT_PRIVILEGE = '42501';

/**
 * Why PostgreSQL does not serve a process, in sentences: where it is looked for, what it said, and what to do.
 * @param from.setting the variable that holds the address; from.url its value, whose password is not repeated.
 */
export function describeDatabaseFault(
  error: unknown,
  { setting, url }: { readonly setting: string; readonly url: string },
): string {
  const { host, pathname } = new URL(url);
  return `PostgreSQL at ${host}${pathname}: ${reasonOf(error)}.${adviceOn(error, setting)}`;
}

/** For a process that waits for PostgreSQL: logs why it does not serve, at each try. */
export function warnOfDatabase(log: Logger, { url }: DatabaseConfig): (error: unknown) => void {
  return (error) => {
    log.warn(`${describeDatabaseFault(error, { setting: 'DATABASE_URL', url })} Trying again.`);
  };
}

/** By the class of the SQLSTATE; empty where the message says all. */
function adviceOn(error: unknown, setting: string): string {
  // A statement of a migration, of whose file the message says what is wrong.
  if (error instanceof Error && error.cause instanceof DatabaseError) return '';
  // Without a SQLSTATE there was no server to refuse anything.
  if (!(error instanceof DatabaseError)) return ` See that it runs and that ${setting} names it.`;
  const { code: sqlState = '' } = error;
  if (sqlState.startsWith('28')) return ` ${setting} must have a role that may log in, and its password.`;
  if (sqlState.startsWith('3D')) return ` ${setting} must name a database that exists.`;
  if (sqlState === INSUFFICIENT_PRIVILEGE) return ` ${setting} must have the role of this process.`;
  const isOtherSchema = sqlState.startsWith('3F') || sqlState.startsWith('42');
  return isOtherSchema
    ? ' Its schema is missing or older than this process: run the migration of this version.'
    : '';
}

function reasonOf(error: unknown): string {
  // A connection that no address of a name takes has no message of its own.
  if (error instanceof AggregateError) return reasonOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
