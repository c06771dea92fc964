import { DatabaseError } from 'pg';

/**
 * The SQLSTATE of PostgreSQL's own refusal; null for anything else: pg reports a timeout or a cut connection as plain errors without
 * a code, and what the server did not say is the wire's fault.
 */
export function sqlStateOf(error: unknown): string | null {
  return error instanceof DatabaseError ? (error.code ?? null) : null;
}

/**
 * PostgreSQL says "not now", and the same statement may be right in a moment: broken connections (08), a deadlock or a lost race (40),
 * resources (53), an operator's shutdown or cancel (57), a broken disk (58), a lock that was not to be had (55P03), a server that takes
 * no writes because another is the primary now (25006), a transaction that was idle or took too long (25P03, 25P04).
 */
const NOT_NOW = /^(08|40|53|57|58|55P03|25006|25P03|25P04)/;

export function isNotNow(sqlState: string): boolean {
  return NOT_NOW.test(sqlState);
}

/**
 * Nothing is wrong with the statement's values, but with what it met: a login (28), a database (3D), a schema or a function that is not
 * there, not yet or not for this role (3F, 42), a plan that a migration has outdated (0A), a prepared statement that a connection pooler
 * has lost (26), a fault of the server itself (F0, XX). An operator mends it, and then the same statement is right.
 */
const OPERATORS_TO_MEND = /^(26|28|3D|3F|42|0A|F0|XX)/;

export function isOperatorsToMend(sqlState: string): boolean {
  return OPERATORS_TO_MEND.test(sqlState);
}
