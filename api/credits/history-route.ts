import { z } from 'zod';
import { CALLS } from '../../contract/calls.ts';
import type { HistoryItem } from '../../contract/shapes/history-shapes.ts';
import { isJobId } from '../../domain/ids.ts';
import { viewJob } from '../../jobs/reads/job-view.ts';
import { listJobs, type JobListPage } from '../../jobs/reads/list-jobs.ts';
import type { Database } from '../../ledger/database.ts';
import { readEntries, type Entry } from '../../ledger/reads/read-entries.ts';
import { readCursor, writeCursor } from '../http/cursor.ts';
import { postgresInstant } from '../http/request/postgres-instant.ts';
import { readQuery } from '../http/request/read-query.ts';
import { route, type Route } from '../http/route.ts';
import { viewEntry } from './entry-view.ts';

/** The position where the last page ended in both merged lists; null: at the newest. */
const position = z.strictObject({
  job: z.strictObject({ createdAt: postgresInstant, jobId: z.string().refine(isJobId) }).nullable(),
  before: z.int().min(1).nullable(),
});
type Position = z.output<typeof position>;

const FROM_THE_NEWEST: Position = { job: null, before: null };
const EVERY_JOB = { state: null, kind: null, createdAfter: null, createdBefore: null };
/** Entries without a job; entries of these kinds that have a job are dropped below. */
const OTHER_KINDS = ['grant', 'spend', 'expire', 'void'] as const;
const NO_JOBS: JobListPage = { jobs: [], positions: [], next: null };

/** GET /v1/history: jobs with their money, and movements without a job between them, newest first. */
export function historyRoute({ database }: { readonly database: Database }): Route {
  return route(CALLS.readHistory, {
    async handle({ request, response, accountId }) {
      const { only, cursor, limit } = readQuery(request, CALLS.readHistory.query);
      const from = cursor === undefined ? FROM_THE_NEWEST : readCursor(cursor, position);
      const jobs =
        only === 'other'
          ? NO_JOBS
          : await listJobs(database, accountId, EVERY_JOB, { from: from.job, limit });
      const others =
        only === 'jobs' ? [] : await readOthers(database, accountId, { from, jobs, limit: limit + 1 });
      const { items, next } = merge({ accountId, jobs, others, from, limit });
      response.set('Cache-Control', 'no-store').json({
        data: items,
        next_cursor: next === null ? null : writeCursor(next),
      });
    },
  });
}

/** No further back than the jobs of the page, while there are more: so an account with many jobs reads little. */
async function readOthers(
  database: Database,
  accountId: string,
  page: { readonly from: Position; readonly jobs: JobListPage; readonly limit: number },
): Promise<readonly Entry[]> {
  const { jobs, next } = page.jobs;
  const oldest = next === null ? null : new Date(jobs.at(-1)?.created_at ?? 0).toISOString();
  const filter = { kinds: OTHER_KINDS, reservationIds: null, from: oldest, to: null };
  return readEntries(database, accountId, filter, { before: page.from.before, limit: page.limit });
}

/** The newest `limit` of both lists, and the next position; null: nothing is left. */
function merge(of: {
  readonly accountId: string;
  readonly jobs: JobListPage;
  readonly others: readonly Entry[];
  readonly from: Position;
  readonly limit: number;
}): { readonly items: readonly HistoryItem[]; readonly next: Position | null } {
  const { jobs, others } = of;
  const items: HistoryItem[] = [];
  let jobCount = 0;
  let otherCount = 0;
  while (items.length < of.limit) {
    const job = jobs.jobs[jobCount];
    const other = others[otherCount];
    if (job === undefined && other === undefined) break;
    const isJobNext =
      job !== undefined && (other === undefined || Date.parse(job.created_at) >= other.createdAt.getTime());
    if (isJobNext) {
      const view = viewJob(job, of.accountId, null);
      items.push({ type: 'job', at: view.created_at, job: view });
      jobCount += 1;
    } else if (other !== undefined) {
      const view = viewEntry(of.accountId, other);
      if (other.jobId === null) items.push({ type: 'entry', at: view.created_at, entry: view });
      otherCount += 1;
    }
  }
  const isOver = jobCount === jobs.jobs.length && jobs.next === null && otherCount === others.length;
  const next = {
    job: jobs.positions[jobCount - 1] ?? of.from.job,
    before: others[otherCount - 1]?.seq ?? of.from.before,
  };
  return { items, next: isOver ? null : next };
}
