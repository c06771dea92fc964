import { pageOf } from '../../domain/page-of.ts';
import type { Database } from '../../ledger/database.ts';
import type { StoredJob } from './read-job.ts';

/** The position where a page ended. `createdAt` is PostgreSQL's own text: a Date would lose its microseconds. */
type JobListPosition = { readonly createdAt: string; readonly jobId: string };

type JobListFilter = {
  readonly state: string | null;
  readonly kind: string | null;
  /** RFC 3339; both ends excluded. */
  readonly createdAfter: string | null;
  readonly createdBefore: string | null;
};

export type JobListPage = {
  readonly jobs: readonly StoredJob[];
  /** The position of each in the list. */
  readonly positions: readonly JobListPosition[];
  /** Null at the end of the list. */
  readonly next: JobListPosition | null;
};

/** A page of an account's jobs, newest first. */
export async function listJobs(
  database: Database,
  accountId: string,
  filter: JobListFilter,
  page: { readonly from: JobListPosition | null; readonly limit: number },
): Promise<JobListPage> {
  const { rows } = await database.query<{ job: StoredJob; created_at: string; job_id: string }>({
    name: 'jobs.list_jobs',
    text: 'SELECT job, created_at, job_id FROM jobs.list_jobs($1, $2, $3, $4, $5, $6, $7, $8)',
    values: [
      accountId,
      filter.state,
      filter.kind,
      filter.createdAfter,
      filter.createdBefore,
      page.from?.createdAt ?? null,
      page.from?.jobId ?? null,
      page.limit + 1,
    ],
  });
  const { shown, last } = pageOf(rows, page.limit);
  return {
    jobs: shown.map((row) => row.job),
    positions: shown.map((row) => ({ createdAt: row.created_at, jobId: row.job_id })),
    next: last === undefined ? null : { createdAt: last.created_at, jobId: last.job_id },
  };
}
