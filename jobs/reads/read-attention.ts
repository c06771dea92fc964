import { MAX_ATTENTION, type Attention } from '../../contract/shapes/attention-shapes.ts';
import type { ModelCallHealth } from '../../contract/shapes/model-shapes.ts';
import type { Database } from '../../ledger/database.ts';
import { onlyRow } from '../../ledger/only-row.ts';
import type { StoredModelHealth } from './read-model-health.ts';

/** Of what is open so many rows are looked at: some hundredths of a second, whatever there is. */
const MAX_SCANNED = 2_000;

/** What asks for a person now. Times as PostgreSQL's JSON writes them; models as they are kept. */
export type StoredAttention = Omit<Attention, 'models'> & { readonly models: readonly StoredModelHealth[] };

export async function readAttention(database: Database): Promise<StoredAttention> {
  const { rows } = await database.query<{
    attention: Omit<Attention, 'models'> & { models: readonly ModelCallHealth[] };
  }>({
    name: 'jobs.read_attention',
    text: 'SELECT jobs.read_attention($1, $2) AS attention',
    values: [MAX_ATTENTION, MAX_SCANNED],
  });
  const { models, ...found } = onlyRow(rows, 'jobs.read_attention').attention;
  return {
    ...found,
    models: models.map(({ opened_at: openedAt, ...call }) => ({
      ...call,
      openedAt: openedAt === null ? null : new Date(openedAt),
    })),
  };
}
