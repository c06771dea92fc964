import { DatabaseError } from 'pg';

/**
 * The SQLSTATE of PostgreSQL's own refusal; null for any other error: pg reports a timeout or a cut connection without
 * a code.
 */
export function sqlStateOf(error: unknown): string | null {
  return error instanceof DatabaseError ? (error.code ?? null) : null;
}

/** What PostgreSQL says beside its refusal; null where it says nothing. */
export function sqlDetailOf(error: unknown): string | null {
  return error instanceof DatabaseError ? (error.detail ?? null) : null;
}

/**
 * Whether the same statement may succeed in a moment: broken connections (08), a deadlock or a lost race (40),
 * resources (53), an operator's shutdown or cancel (57), a broken disk (58), a lock timeout (55P03), a server that is
 * now read-only (25006), a transaction that was idle or took too long (25P03, 25P04).
 */
const NOT_NOW = /^(08|40|53|57|58|55P03|25006|25P03|25P04)/;

export function isNotNow(sqlState: string): boolean {
  return NOT_NOW.test(sqlState);
}

/**
 * Whether an operator must fix it, after which the same statement succeeds: a login (28), a database (3D), a schema or
 * function that is missing or not granted (3F, 42), a plan that a migration has outdated (0A), a prepared statement
 * that a connection pooler has lost (26), a fault of the server (F0, XX).
 */
const OPERATORS_TO_MEND = /^(26|28|3D|3F|42|0A|F0|XX)/;

export function isOperatorsToMend(sqlState: string): boolean {
  return OPERATORS_TO_MEND.test(sqlState);
}
