import { isJobId } from '../../domain/ids.ts';
import { readJob, type StoredJob } from '../../jobs/reads/read-job.ts';
import type { Database } from '../../ledger/database.ts';
import { notFound } from '../http/problem.ts';

/** Reads a job of the account. Throws not_found. */
export async function requireJob(database: Database, accountId: string, jobId: string): Promise<StoredJob> {
  const job = isJobId(jobId) ? await readJob(database, accountId, jobId) : null;
  if (job === null) throw notFound('job');
  return job;
}
