import { OVERDUE_AFTER_SECONDS } from '../domain/support/reconcile-rules.ts';
import type { Database } from './database.ts';

/** A finding: which check found it, and where. */
export type Discrepancy = {
  readonly check: string;
  /** Null: it concerns no single account, or no part of one. */
  readonly account_id: string | null;
  readonly subject: string | null;
  readonly detail: unknown;
};

/** How long a reservation may be open past its return_by: until it is overdue, and one interval of the reconciler (a minute by default). */
const DEFAULT_OVERDUE_SECONDS = OVERDUE_AFTER_SECONDS + 60;

/** Runs every check of the ledger, and of the jobs' record against it. Empty is good. */
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
