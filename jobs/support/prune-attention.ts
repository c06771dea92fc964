import type { Database } from '../../ledger/database.ts';

/** Removes what is decided or settled from the list of what may need a person, so that the list stays short. */
export async function pruneAttention(database: Database): Promise<void> {
  await database.query({ name: 'jobs.prune_attention', text: 'SELECT jobs.prune_attention()', values: [] });
}
