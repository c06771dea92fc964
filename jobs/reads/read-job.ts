import type { Job, Output } from '../../contract/shapes/job-shapes.ts';
import type { Database } from '../../ledger/database.ts';

/** A job as PostgreSQL returns it, without addresses and sums over outputs. Times as its JSON writes them. */
export type StoredJob = Omit<Job, 'progress' | 'billing' | 'outputs' | 'counts' | 'summary' | 'links'> & {
  /** Null: the provider has reported nothing yet. */
  readonly progress: Job['progress'] | null;
  readonly event_seq: number;
  readonly billing: Omit<Job['billing'], 'entry_ids'> & { readonly entry_seqs: readonly number[] };
  readonly outputs: readonly StoredJobOutput[];
};

export type StoredJobOutput = Omit<Output, 'content_url'>;

/** Reads a job with its outputs and its money; null: the account has no such job. */
export async function readJob(
  database: Database,
  accountId: string,
  jobId: string,
): Promise<StoredJob | null> {
  const { rows } = await database.query<{ job: StoredJob | null }>({
    name: 'jobs.read_job',
    text: 'SELECT jobs.read_job($1, $2) AS job',
    values: [accountId, jobId],
  });
  return rows[0]?.job ?? null;
}
