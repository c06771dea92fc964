import type { Database } from '../../ledger/database.ts';

/** One line of a job's history. `seq` counts up by one per job, without gaps. */
export type JobEvent = {
  readonly seq: number;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly createdAt: Date;
};

type Row = { seq: string; type: string; data: Record<string, unknown>; created_at: Date };

/** Events of a job after a number, oldest first. Empty for a job the account does not have. */
export async function readEvents(
  database: Database,
  job: { readonly accountId: string; readonly jobId: string },
  page: { readonly after: number; readonly limit: number },
): Promise<readonly JobEvent[]> {
  const { rows } = await database.query<Row>({
    name: 'jobs.read_events',
    text: 'SELECT seq, type, data, created_at FROM jobs.read_events($1, $2, $3, $4)',
    values: [job.accountId, job.jobId, page.after, page.limit],
  });
  return rows.map((row) => ({
    seq: Number(row.seq),
    type: row.type,
    data: row.data,
    createdAt: row.created_at,
  }));
}
