import type { EndedOutput } from '../../contract/workflow-messages.ts';
import type { FailureCode } from '../../domain/work/failures.ts';
import type { JobState, OutputCounts } from '../../domain/work/job-state.ts';
import type { Database } from '../../ledger/database.ts';

/** A job's counts and credits. Numbers: sums within one job are safe integers. */
type StoredJobResult = OutputCounts & {
  readonly state: JobState;
  readonly failureCode: FailureCode | null;
  readonly committed: number;
  readonly returned: number;
  /** Seconds until the job's deadline; negative past it. */
  readonly leftSeconds: number;
  /** Each output, by item and variation; null while one of them has not ended. */
  readonly each: readonly EndedOutput[] | null;
};

type Row = OutputCounts & {
  state: JobState;
  failure_code: FailureCode | null;
  committed: string;
  returned: string;
  left_seconds: number;
  each: readonly EndedOutput[] | null;
};

/** Reads how a job stands; null: there is no such job. */
export async function readJobResult(
  database: Database,
  accountId: string,
  jobId: string,
): Promise<StoredJobResult | null> {
  const { rows } = await database.query<Row>({
    name: 'jobs.read_job_result',
    text: 'SELECT * FROM jobs.read_job_result($1, $2)',
    values: [accountId, jobId],
  });
  const [row] = rows;
  if (row === undefined) return null;
  const { state, outputs, succeeded, failed, canceled } = row;
  return {
    state,
    failureCode: row.failure_code,
    outputs,
    succeeded,
    failed,
    canceled,
    committed: Number(row.committed),
    returned: Number(row.returned),
    leftSeconds: row.left_seconds,
    each: row.each,
  };
}
