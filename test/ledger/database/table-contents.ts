import type { LedgerFixture } from '../ledger-fixture.ts';

/** How many rows each table of the ledger has, and a digest of them all: what left no trace leaves this as it was. */
export async function readTableContents(ledger: LedgerFixture): Promise<Record<string, unknown>> {
  const { rows } = await ledger.owner.query<{ name: string }>(
    `SELECT c.oid::regclass::text AS name FROM pg_class c
     WHERE c.relnamespace = 'ledger'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1`,
  );
  const contents: Record<string, unknown> = {};
  for (const { name } of rows) {
    const table = await ledger.owner.query<{ rows: unknown }>(
      `SELECT count(*) || ' rows ' || md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '')) AS rows FROM ${name} t`,
    );
    contents[name] = table.rows[0]?.rows;
  }
  return contents;
}
