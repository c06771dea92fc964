import type { OutputState } from '../../domain/job-state.ts';
import type { Database } from '../../ledger/database.ts';
import type { AttemptState } from '../attempts/attempts.ts';

/** What support sees of a job beside what its customer reads. Times as PostgreSQL's JSON writes them. */
export type JobInspection = {
  /** The database's clock when it was looked at. */
  readonly now: string;
  readonly model: string;
  readonly provider: string;
  readonly outputs: readonly InspectedOutput[];
  readonly actions: readonly {
    readonly at: string;
    readonly actor: string;
    readonly action: string;
    readonly reason: string;
    readonly detail: Readonly<Record<string, unknown>>;
  }[];
};

export type InspectedOutput = {
  readonly id: string;
  readonly state: OutputState;
  readonly reservation: {
    readonly id: string;
    readonly state: 'open' | 'committed' | 'released';
    readonly amount: number;
    readonly committed: number;
    readonly released: number;
    readonly refunded: number;
    readonly return_by: string;
    readonly settled_at: string | null;
  };
  readonly attempts: readonly InspectedAttempt[];
  readonly repair: {
    readonly why: string;
    readonly tries: number;
    readonly first_seen_at: string;
    readonly last_seen_at: string;
  } | null;
};

export type InspectedAttempt = {
  readonly reference: string;
  readonly stage: string;
  readonly number: number;
  readonly state: AttemptState;
  readonly provider: string;
  readonly provider_job_id: string | null;
  readonly error_class: string | null;
  readonly billed: string | null;
  readonly cost: string | null;
  /** Of the stored result, charged or not. */
  readonly sha256: string | null;
  readonly posted_at: string;
  readonly resolved_at: string | null;
  /** It counts no more, and its provider has not been seen to stop it yet; null: nothing of it is known to run. */
  readonly stopping_since: string | null;
};

/** Everything on record of a job; null when the account has no such job. */
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
