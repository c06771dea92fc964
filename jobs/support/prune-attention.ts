import type { Database } from '../../ledger/database.ts';

/** Takes what is decided or settled for good out of what may ask for a person, so that the rest is read at once. */
export async function pruneAttention(database: Database): Promise<void> {
  await database.query({ name: 'jobs.prune_attention', text: 'SELECT jobs.prune_attention()', values: [] });
}
