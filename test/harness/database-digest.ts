import { expect } from 'vitest';
import type pg from 'pg';

/** Every row of every table, and every sequence: equal where nothing has been written. `except`: tables that count requests. */
export async function digestOfDatabase(
  owner: Pick<pg.Pool, 'query'>,
  except: readonly string[] = [],
): Promise<Readonly<Record<string, string>>> {
  const { rows: tables } = await owner.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('ledger', 'jobs')
     ORDER BY 1`,
  );
  expect(tables.length).toBeGreaterThan(20);
  const parts = tables
    .filter(({ name }) => !except.includes(name))
    .map(
      ({
        name,
      }) => `SELECT '${name}' AS name, count(*) || ':' || coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '')
                     AS content FROM ${name} t`,
    );
  const sequences = `SELECT sequencename, coalesce(last_value::text, '') FROM pg_sequences`;
  const { rows } = await owner.query<{ name: string; content: string }>(
    [...parts, sequences].join(' UNION ALL '),
  );
  return Object.fromEntries(rows.map(({ name, content }) => [name, content]));
}
