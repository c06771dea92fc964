import type { ModelCallHealth } from '../../contract/shapes/model-shapes.ts';
import type { Database } from '../../ledger/database.ts';

/** A model by its provider and the provider's name of it, and how it does. Those without a row do well, and nothing of them runs. */
export type StoredModelHealth = Omit<ModelCallHealth, 'opened_at'> & { readonly openedAt: Date | null };

/** How models do, as all workers see it. `onlyFailing`: those alone whose circuit breaker is not closed. */
export async function readModelHealth(
  database: Database,
  { onlyFailing }: { readonly onlyFailing: boolean },
): Promise<readonly StoredModelHealth[]> {
  const { rows } = await database.query<StoredModelHealth>({
    name: 'jobs.read_models',
    text: `SELECT provider, model, breaker, opened_at AS "openedAt", failures, in_flight, waiting
           FROM jobs.read_models($1)`,
    values: [onlyFailing],
  });
  return rows;
}
