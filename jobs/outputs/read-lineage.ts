import type { Database } from '../../ledger/database.ts';

/** Where an output came from and what was made from it: the chain of edits, walkable both ways. */
type Lineage = {
  readonly sourceOutputId: string | null;
  /** Oldest first, as many as the bound. */
  readonly derivedOutputIds: readonly string[];
};

/** As many outputs as one job may make: more edits than that of one output are listed no further. */
const MAX_DERIVED = 500;

/** The lineage of one output; null when the account has no such output. */
export async function readLineage(
  database: Database,
  accountId: string,
  outputId: string,
): Promise<Lineage | null> {
  const { rows } = await database.query<{ source_output_id: string | null; derived_output_ids: string[] }>({
    name: 'jobs.read_lineage',
    text: 'SELECT source_output_id, derived_output_ids FROM jobs.read_lineage($1, $2, $3)',
    values: [accountId, outputId, MAX_DERIVED],
  });
  const row = rows[0];
  if (row === undefined) return null;
  return { sourceOutputId: row.source_output_id, derivedOutputIds: row.derived_output_ids };
}
