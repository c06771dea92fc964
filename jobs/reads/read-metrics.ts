import type { Database } from '../../ledger/database.ts';

/** One figure of the present; `provider` and `model` where there is one for each. */
export type StoredMetric = {
  readonly metric: string;
  readonly provider: string | null;
  readonly model: string | null;
  readonly value: number;
};

/** What a scrape may read of a table. More than that under way is an alert of its own. */
const MAX_COUNTED = 100_000;

/** What is so now: reservations, stuck jobs, unknown attempts, repairs, models. */
export async function readMetrics(database: Database): Promise<readonly StoredMetric[]> {
  const { rows } = await database.query<StoredMetric>({
    name: 'jobs.read_metrics',
    text: 'SELECT metric, provider, model, value FROM jobs.read_metrics($1)',
    values: [MAX_COUNTED],
  });
  return rows;
}
