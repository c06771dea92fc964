import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type pg from 'pg';
import { sqlFiles } from '../../../../dev/format-sql/sql-files.ts';

const CHECKOUT = path.join(import.meta.dirname, '..', '..', '..', '..');

/** Has PostgreSQL count the calls of functions, in connections from now on; ends those that there are. */
export async function countSqlCalls(owner: pg.Pool): Promise<void> {
  const { rows } = await owner.query<{ name: string }>('SELECT current_database() AS name');
  await owner.query(`ALTER DATABASE ${rows[0]?.name ?? ''} SET track_functions = 'all'`);
  await endConnections(owner);
}

/** The files of the SQL functions that were called since then. Ends all connections: a backend tells of its calls when it ends. */
export async function sqlFilesOf(owner: pg.Pool): Promise<readonly string[]> {
  await endConnections(owner);
  const { rows } = await owner.query<{ name: string }>(
    `SELECT schemaname || '.' || funcname AS name FROM pg_stat_user_functions WHERE schemaname IN ('ledger', 'jobs')`,
  );
  const fileOf = await filesByFunction();
  return [...new Set(rows.map(({ name }) => fileOf.get(name) ?? name))].toSorted();
}

async function endConnections(owner: pg.Pool): Promise<void> {
  const others = `FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`;
  await owner.query(`SELECT pg_terminate_backend(pid) ${others}`);
  for (;;) {
    const { rows } = await owner.query<{ left: number }>(`SELECT count(*)::int AS left ${others}`);
    if (rows[0]?.left === 0) return;
  }
}

async function filesByFunction(): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const file of await sqlFiles(CHECKOUT)) {
    const text = await readFile(path.join(CHECKOUT, file), 'utf8');
    for (const [, fn = ''] of text.matchAll(/^CREATE (?:OR REPLACE )?FUNCTION\s+(\w+\.\w+)/gm))
      files.set(fn, file);
  }
  return files;
}
