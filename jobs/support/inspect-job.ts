import type { InspectedOutput, Inspection } from '../../contract/shapes/support-shapes.ts';
import type { ResolvedWork } from '../../domain/work/work.ts';
import type { Database } from '../../ledger/database.ts';

/** What support alone reads of a job. Times as PostgreSQL's JSON writes them. */
export type JobInspection = Pick<Inspection, 'model' | 'provider' | 'retry_of' | 'actions'> & {
  /** The database's clock at this read. */
  readonly now: string;
  readonly outputs: readonly StoredInspectedOutput[];
};

export type StoredInspectedOutput = Omit<
  InspectedOutput,
  'workflow_id' | 'next_automatic_action' | 'asked' | 'brief' | 'instruction' | 'attempts'
> & {
  readonly work: ResolvedWork;
  readonly attempts: readonly Omit<InspectedOutput['attempts'][number], 'provider_page'>[];
};

/** Reads all that is on record of a job; null: the account has no such job. */
export async function inspectJob(
  database: Database,
  accountId: string,
  jobId: string,
): Promise<JobInspection | null> {
  const { rows } = await database.query<{ inspection: JobInspection | null }>({
    name: 'jobs.inspect_job',
    text: 'SELECT jobs.inspect_job($1, $2) AS inspection',
    values: [accountId, jobId],
  });
  return rows[0]?.inspection ?? null;
}
