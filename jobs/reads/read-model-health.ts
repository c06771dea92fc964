import type { ModelCallHealth } from '../../contract/shapes/model-shapes.ts';
import type { Database } from '../../ledger/database.ts';

/** A model's health, by provider and the provider's name of it. A model without a row works, and nothing of it runs. */
export type StoredModelHealth = Omit<ModelCallHealth, 'opened_at'> & { readonly openedAt: Date | null };

/** Reads the health of models, as all workers see it. `onlyFailing`: those whose circuit breaker is not closed. */
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
