import type { JobKind } from '../../domain/job-request.ts';
import type { Failure } from '../../domain/failures.ts';
import type { JobState, OutputState } from '../../domain/job-state.ts';
import type { Database } from '../../ledger/database.ts';
import type { Progress } from '../attempts/job-progress.ts';

/** A job as PostgreSQL tells it: times as its JSON writes them, credits as numbers (sums of safe integers). */
export type StoredJob = {
  readonly id: string;
  readonly kind: JobKind;
  readonly state: JobState;
  readonly created_at: string;
  readonly expected_by: string;
  readonly returned_automatically_by: string;
  readonly finished_at: string | null;
  readonly progress: Progress | null;
  readonly failure: Failure | null;
  readonly event_seq: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly billing: {
    readonly price_list: number;
    readonly quoted: number;
    readonly reserved: number;
    readonly committed: number;
    readonly returned: number;
    readonly refunded: number;
    readonly entry_seqs: readonly number[];
  };
  readonly outputs: readonly StoredJobOutput[];
};

export type StoredJobOutput = {
  readonly id: string;
  readonly item: number;
  readonly variation: number;
  readonly state: OutputState;
  readonly credits: number;
  readonly reservation_id: string;
  readonly failure: Failure | null;
  readonly content_type: string | null;
  readonly bytes: number | null;
  readonly sha256: string | null;
  readonly attempts: number;
};

/** One job of an account, with its outputs and its money; null when the account has no such job. */
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
