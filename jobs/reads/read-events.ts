import type { EventType } from '../../domain/event-types.ts';
import { withInstantTexts } from '../../domain/instant-text.ts';
import type { Database } from '../../ledger/database.ts';

/** Something that happened in an account. `sequence` counts up by one per account, without gaps. */
export type AccountEvent = {
  readonly sequence: number;
  /** Its job, and its number there, which counts up by one per job; null: it belongs to no job. */
  readonly of: { readonly jobId: string; readonly seq: number } | null;
  readonly type: EventType;
  readonly data: Readonly<Record<string, unknown>>;
  readonly createdAt: Date;
};

export type EventRow = {
  sequence: string;
  job_id: string | null;
  seq: string | null;
  type: EventType;
  data: Record<string, unknown>;
  created_at: Date;
};

type Page = { readonly after: number; readonly limit: number };

/** Events of a job after one of its numbers, oldest first. Empty for a job the account does not have. */
export async function readJobEvents(
  database: Database,
  job: { readonly accountId: string; readonly jobId: string },
  page: Page,
): Promise<readonly AccountEvent[]> {
  const { rows } = await database.query<EventRow>({
    name: 'jobs.read_events',
    text: 'SELECT sequence, $2::text AS job_id, seq, type, data, created_at FROM jobs.read_events($1, $2, $3, $4)',
    values: [job.accountId, job.jobId, page.after, page.limit],
  });
  return rows.map(toEvent);
}

/** Events of an account after a sequence, oldest first, of a type or (null) of all. */
export async function readAccountEvents(
  database: Database,
  accountId: string,
  page: Page & { readonly type: EventType | null },
): Promise<readonly AccountEvent[]> {
  const { rows } = await database.query<EventRow>({
    name: 'jobs.read_account_events',
    text: 'SELECT sequence, job_id, seq, type, data, created_at FROM jobs.read_account_events($1, $2, $3, $4)',
    values: [accountId, page.after, page.type, page.limit],
  });
  return rows.map(toEvent);
}

/** An account to read new events of, after a sequence; null: only its last event, which gives the sequence. */
type NewsQuery = { readonly accountId: string; readonly after: number | null };

/** Reads the new events of many accounts in one round trip: in order, at most `limit` per account. */
export async function readNews(
  database: Database,
  queries: readonly NewsQuery[],
  limit: number,
): Promise<ReadonlyMap<string, readonly AccountEvent[]>> {
  const { rows } = await database.query<EventRow & { account_id: string }>({
    name: 'jobs.read_news',
    text: 'SELECT account_id, sequence, job_id, seq, type, data, created_at FROM jobs.read_news($1, $2, $3)',
    values: [queries.map((query) => query.accountId), queries.map((query) => query.after), limit],
  });
  const news = new Map<string, AccountEvent[]>();
  for (const row of rows) {
    const ofAccount = news.get(row.account_id) ?? [];
    news.set(row.account_id, ofAccount);
    ofAccount.push(toEvent(row));
  }
  return news;
}

export function toEvent(row: EventRow): AccountEvent {
  return {
    sequence: Number(row.sequence),
    of: row.job_id === null ? null : { jobId: row.job_id, seq: Number(row.seq) },
    type: row.type,
    data: withInstantTexts(row.data),
    createdAt: row.created_at,
  };
}
