import type { Attempt } from '../../domain/work/attempt.ts';
import { expectedCost } from '../../domain/prices/run-cost.ts';
import type { ProviderLimits, WaitsFor } from '../../domain/work/provider-limits.ts';
import type { ModelWork } from '../../domain/work/reference-assets.ts';
import type { Database } from '../../ledger/database.ts';
import { onlyRow } from '../../ledger/only-row.ts';
import { toAttemptStatus, type AttemptState, type AttemptStatus, type StatusRow } from './attempt-status.ts';

export type NewAttempt = Omit<Attempt, 'mediaType' | 'durationSeconds' | 'part' | 'reachWithinSeconds'>;

type PreparedAttempt = {
  /** Null: it has no row yet. */
  readonly status: AttemptStatus | null;
  /** Null: there is no such output. */
  readonly work: ModelWork | null;
  /** Until the run deadline, by the database's clock. */
  readonly secondsLeft: number;
  /** Whether the circuit breaker of its model is open. */
  readonly isModelOpen: boolean;
};

type BegunAttempt = AttemptStatus & {
  /** True: this submitter made the row and may post, once. */
  readonly isMine: boolean;
  /** What it waits for: it is not its turn, and no row was made. */
  readonly waitsFor: WaitsFor | null;
};

/** Reads the work of an attempt, and its row if it has one. */
export async function prepareAttempt(database: Database, attempt: NewAttempt): Promise<PreparedAttempt> {
  const { rows } = await database.query<{
    state: AttemptState | null;
    provider_job_id: string | null;
    error_class: string | null;
    work: ModelWork;
    seconds_left: number;
    is_open: boolean;
  }>({
    name: 'jobs.prepare_attempt',
    text: 'SELECT * FROM jobs.prepare_attempt($1, $2, $3, $4, $5)',
    values: [attempt.accountId, attempt.outputId, attempt.reference, attempt.provider, attempt.model],
  });
  const [row] = rows;
  if (row === undefined) return { status: null, work: null, secondsLeft: 0, isModelOpen: false };
  const { state } = row;
  return {
    status: state === null ? null : toAttemptStatus({ ...row, state }),
    work: row.work,
    secondsLeft: row.seconds_left,
    isModelOpen: row.is_open,
  };
}

/**
 * Makes the row when it is the attempt's turn, or finds it. `fenced`: the output's reservation has ended.
 * @param submitter `process#claim`. A caller that received no response asks again under the same one.
 */
export async function beginAttempt(
  database: Database,
  attempt: NewAttempt,
  submitter: string,
  webhookSecretHash: Buffer | null,
  limits: ProviderLimits,
): Promise<BegunAttempt> {
  const { rows } = await database.query<StatusRow & { is_mine: boolean; waits_for: WaitsFor | null }>({
    name: 'jobs.begin_attempt',
    text: 'SELECT * FROM jobs.begin_attempt($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)',
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
      attempt.model,
      limits.inFlight,
      limits.perSecond,
      attempt.maxCost ?? null,
    ],
  });
  const row = onlyRow(rows, 'jobs.begin_attempt');
  return { isMine: row.is_mine, waitsFor: row.waits_for, ...toAttemptStatus(row) };
}
