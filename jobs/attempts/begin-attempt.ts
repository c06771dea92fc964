import type { Attempt } from '../../domain/output-plan.ts';
import { expectedCost } from '../../domain/prices/run-cost.ts';
import type { ModelWork } from '../../domain/reference-assets.ts';
import type { Database } from '../../ledger/database.ts';
import { onlyRow } from '../../ledger/only-row.ts';
import { toAttemptStatus, type AttemptState, type AttemptStatus, type StatusRow } from './attempt-status.ts';

export type NewAttempt = Omit<
  Attempt,
  'model' | 'mediaType' | 'durationSeconds' | 'part' | 'hasReferences' | 'reachWithinSeconds'
>;

export type PreparedAttempt = {
  /** Null when it has no row yet. */
  readonly status: AttemptStatus | null;
  /** Null when there is no such output. */
  readonly work: ModelWork | null;
  /** To the run deadline, by the database's clock. */
  readonly secondsLeft: number;
};

export type BegunAttempt = AttemptStatus & {
  /** True for the one caller that made the row: it alone may post, once. */
  readonly isMine: boolean;
};

/** The work of an attempt, and its row if it has one. Only reads. */
export async function prepareAttempt(database: Database, attempt: NewAttempt): Promise<PreparedAttempt> {
  const { rows } = await database.query<{
    state: AttemptState | null;
    provider_job_id: string | null;
    error_class: string | null;
    work: ModelWork;
    seconds_left: number;
  }>({
    name: 'jobs.prepare_attempt',
    text: 'SELECT * FROM jobs.prepare_attempt($1, $2, $3)',
    values: [attempt.accountId, attempt.outputId, attempt.reference],
  });
  const [row] = rows;
  if (row === undefined) return { status: null, work: null, secondsLeft: 0 };
  const { state } = row;
  return {
    status: state === null ? null : toAttemptStatus({ ...row, state }),
    work: row.work,
    secondsLeft: row.seconds_left,
  };
}

/** Makes the row, or finds it. Fenced when the output's reservation has ended. */
export async function beginAttempt(
  database: Database,
  attempt: NewAttempt,
  submitter: string,
  webhookSecretHash: Buffer | null,
): Promise<BegunAttempt> {
  const { rows } = await database.query<StatusRow & { is_mine: boolean }>({
    name: 'jobs.begin_attempt',
    text: 'SELECT * FROM jobs.begin_attempt($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)',
    values: [
      attempt.accountId,
      attempt.jobId,
      attempt.outputId,
      attempt.stage,
      attempt.number,
      attempt.reference,
      attempt.provider,
      submitter,
      attempt.isFinal,
      expectedCost(attempt.cost ?? null),
      webhookSecretHash,
    ],
  });
  const row = onlyRow(rows, 'jobs.begin_attempt');
  return { isMine: row.is_mine, ...toAttemptStatus(row) };
}
