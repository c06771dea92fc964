import type { Database } from './database.ts';

/** A row that must not be: which check found it, and where. */
export type Discrepancy = {
  readonly check: string;
  /** Null: it is of no one account, or of none of its parts. */
  readonly account_id: string | null;
  readonly subject: string | null;
  readonly detail: unknown;
};

/** How long past its return_by a reservation may be open: 60 s and one reconcile interval of the default minute. */
const DEFAULT_OVERDUE_SECONDS = 120;

/** Runs every check of the ledger, and of the record against the ledger. An empty answer is the good one. */
export async function reconcile(
  database: Database,
  overdueSeconds: number = DEFAULT_OVERDUE_SECONDS,
): Promise<readonly Discrepancy[]> {
  const { rows } = await database.query<Discrepancy>({
    name: 'reconcile',
    text: `SELECT check_name AS check, account_id, subject, detail FROM ledger.reconcile($1)
           UNION ALL
           SELECT check_name, account_id, subject, detail FROM jobs.reconcile()`,
    values: [overdueSeconds],
  });
  return rows;
}
