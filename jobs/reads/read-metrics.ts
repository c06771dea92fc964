import type { Database } from '../../ledger/database.ts';

/** One figure of the present, per provider and model where it has them. */
type StoredMetric = {
  readonly metric: string;
  readonly provider: string | null;
  readonly model: string | null;
  readonly value: number;
};

/** The most rows that a scrape reads. More under way is an alert of its own. */
const MAX_COUNTED = 100_000;

/** Counts reservations, stuck jobs, unknown attempts, repairs and models. */
export async function readMetrics(database: Database): Promise<readonly StoredMetric[]> {
  const { rows } = await database.query<StoredMetric>({
    name: 'jobs.read_metrics',
    text: 'SELECT metric, provider, model, value FROM jobs.read_metrics($1)',
    values: [MAX_COUNTED],
  });
  return rows;
}
