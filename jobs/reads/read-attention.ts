import { ATTENTION_LISTS, MAX_ATTENTION, type Attention } from '../../contract/shapes/attention-shapes.ts';
import type { ModelCallHealth } from '../../contract/shapes/model-shapes.ts';
import type { Database } from '../../ledger/database.ts';
import { onlyRow } from '../../ledger/only-row.ts';
import type { StoredModelHealth } from './read-model-health.ts';

/** What needs a person now. Times as PostgreSQL's JSON writes them. */
type StoredAttention = Omit<Attention, 'models'> & { readonly models: readonly StoredModelHealth[] };

export async function readAttention(database: Database): Promise<StoredAttention> {
  const { rows } = await database.query<{
    attention: Omit<Attention, 'models' | 'more'> & { models: readonly ModelCallHealth[] };
  }>({
    name: 'jobs.read_attention',
    text: 'SELECT jobs.read_attention($1) AS attention',
    // One more than is shown tells whether there are more.
    values: [MAX_ATTENTION + 1],
  });
  const { at, models, ...lists } = onlyRow(rows, 'jobs.read_attention').attention;
  return {
    at,
    stuck: lists.stuck.slice(0, MAX_ATTENTION),
    unknown_outcomes: lists.unknown_outcomes.slice(0, MAX_ATTENTION),
    overdue: lists.overdue.slice(0, MAX_ATTENTION),
    reviews: lists.reviews.slice(0, MAX_ATTENTION),
    repairs: lists.repairs.slice(0, MAX_ATTENTION),
    webhooks: lists.webhooks.slice(0, MAX_ATTENTION),
    more: ATTENTION_LISTS.filter((name) => lists[name].length > MAX_ATTENTION),
    models: models.map(({ opened_at: openedAt, ...call }) => ({
      ...call,
      openedAt: openedAt === null ? null : new Date(openedAt),
    })),
  };
}
