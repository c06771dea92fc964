import type { Database } from '../../ledger/database.ts';
import { toAttemptStatus, type AttemptState, type AttemptStatus, type StatusRow } from './attempt-status.ts';
import { onlyRow } from '../../ledger/only-row.ts';

export type AttemptMove = {
  readonly from: readonly AttemptState[];
  readonly to: AttemptState;
  readonly providerJobId?: string | undefined;
  readonly errorClass?: string | undefined;
};

/** Moves a row if it is still in one of the expected states; returns its state now. */
export async function moveAttempt(
  database: Database,
  accountId: string,
  reference: string,
  move: AttemptMove,
): Promise<{ isMoved: boolean; state: AttemptState; providerJobId: string | null }> {
  const { rows } = await database.query<{
    is_moved: boolean;
    state: AttemptState;
    provider_job_id: string | null;
  }>({
    name: 'jobs.move_attempt',
    text: 'SELECT * FROM jobs.move_attempt($1, $2, $3, $4, $5, $6)',
    values: [accountId, reference, move.from, move.to, move.providerJobId ?? null, move.errorClass ?? null],
  });
  const row = onlyRow(rows, 'jobs.move_attempt');
  return { isMoved: row.is_moved, state: row.state, providerJobId: row.provider_job_id };
}

/** Records that the submitter reset its connection: nothing can arrive any more. Returns the status. */
export async function closeAttempt(
  database: Database,
  accountId: string,
  reference: string,
): Promise<AttemptStatus> {
  const { rows } = await database.query<StatusRow>({
    name: 'jobs.close_attempt',
    text: 'SELECT * FROM jobs.close_attempt($1, $2)',
    values: [accountId, reference],
  });
  return toAttemptStatus(onlyRow(rows, 'jobs.close_attempt'));
}
