import type { Database } from '../../ledger/database.ts';
import { toAttemptStatus, type AttemptState, type AttemptStatus, type StatusRow } from './attempt-status.ts';

export type AttemptRow = AttemptStatus & {
  readonly postedSecondsAgo: number;
  /** Seconds since its submitter reset its connection; null: that is not on record. */
  readonly closedSecondsAgo: number | null;
  /** The process and the claim that made the row: `process#claim`. */
  readonly submitter: string;
  /** The provider's id of the job, from a webhook that came before any response; null: none. */
  readonly toldJob: string | null;
};

export type AttemptOfOutput = {
  readonly reference: string;
  /** Whether it belongs to the final stage. */
  readonly isFinal: boolean;
  readonly state: AttemptState;
  readonly provider: string;
  readonly providerJobId: string | null;
  readonly postedSecondsAgo: number;
};

export async function readAttempt(
  database: Database,
  accountId: string,
  reference: string,
): Promise<AttemptRow | undefined> {
  const { rows } = await database.query<
    StatusRow & {
      posted_seconds_ago: number;
      closed_seconds_ago: number | null;
      submitter: string;
      told_job: string | null;
    }
  >({
    name: 'jobs.read_attempt',
    text: 'SELECT * FROM jobs.read_attempt($1, $2)',
    values: [accountId, reference],
  });
  const row = rows[0];
  return (
    row && {
      ...toAttemptStatus(row),
      postedSecondsAgo: row.posted_seconds_ago,
      closedSecondsAgo: row.closed_seconds_ago,
      submitter: row.submitter,
      toldJob: row.told_job,
    }
  );
}

export async function readAttemptsOfOutput(
  database: Database,
  accountId: string,
  outputId: string,
): Promise<readonly AttemptOfOutput[]> {
  const { rows } = await database.query<{
    reference: string;
    is_last_stage: boolean;
    state: AttemptState;
    provider: string;
    provider_job_id: string | null;
    posted_seconds_ago: number;
  }>({
    name: 'jobs.read_attempts_of_output',
    text: 'SELECT * FROM jobs.read_attempts_of_output($1, $2)',
    values: [accountId, outputId],
  });
  return rows.map((row) => ({
    reference: row.reference,
    isFinal: row.is_last_stage,
    state: row.state,
    provider: row.provider,
    providerJobId: row.provider_job_id,
    postedSecondsAgo: row.posted_seconds_ago,
  }));
}
