import type { Database } from '../../ledger/database.ts';

export type JobKey = { readonly accountId: string; readonly jobId: string };

/** How far a job has come: the number of its last event, and whether it has ended. */
export type JobPosition = JobKey & { readonly eventSeq: number; readonly isFinished: boolean };

type Row = { account_id: string; job_id: string; event_seq: string; is_finished: boolean };

/** How far many jobs have come, in one round trip. Unknown jobs are missing from the answer. */
export async function readEventSeqs(
  database: Database,
  jobs: readonly JobKey[],
): Promise<readonly JobPosition[]> {
  const { rows } = await database.query<Row>({
    name: 'jobs.read_event_seqs',
    text: 'SELECT account_id, job_id, event_seq, is_finished FROM jobs.read_event_seqs($1, $2)',
    values: [jobs.map((job) => job.accountId), jobs.map((job) => job.jobId)],
  });
  return rows.map((row) => ({
    accountId: row.account_id,
    jobId: row.job_id,
    eventSeq: Number(row.event_seq),
    isFinished: row.is_finished,
  }));
}
