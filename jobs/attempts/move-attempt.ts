import type { Database } from '../../ledger/database.ts';
import { toAttemptStatus, type AttemptState, type AttemptStatus, type StatusRow } from './attempt-status.ts';
import { onlyRow } from '../../ledger/only-row.ts';

export type AttemptMove = {
  readonly from: readonly AttemptState[];
  readonly to: AttemptState;
  readonly providerJobId?: string | undefined;
  readonly errorClass?: string | undefined;
};

type Moved = {
  readonly isMoved: boolean;
  readonly state: AttemptState;
  readonly providerJobId: string | null;
};

type MovedRow = {
  readonly is_moved: boolean;
  readonly state: AttemptState;
  readonly provider_job_id: string | null;
};

/** Moves a row if it is still in one of the expected states; returns its state now. */
export async function moveAttempt(
  database: Database,
  accountId: string,
  reference: string,
  move: AttemptMove,
): Promise<Moved> {
  const { rows } = await database.query<MovedRow>({
    name: 'jobs.move_attempt',
    text: 'SELECT * FROM jobs.move_attempt($1, $2, $3, $4, $5, $6)',
    values: [accountId, reference, move.from, move.to, move.providerJobId ?? null, move.errorClass ?? null],
  });
  return toMoved(onlyRow(rows, 'jobs.move_attempt'));
}

/**
 * Moves a row to accepted under the provider's job id, if it is still in one of the expected states. It becomes unknown instead if another
 * attempt has that id: a service that names two jobs alike would deliver one customer's result to another.
 */
export async function acceptAttempt(
  database: Database,
  accountId: string,
  reference: string,
  from: readonly AttemptState[],
  providerJobId: string,
): Promise<Moved> {
  const { rows } = await database.query<MovedRow>({
    name: 'jobs.accept_attempt',
    text: 'SELECT * FROM jobs.accept_attempt($1, $2, $3, $4)',
    values: [accountId, reference, from, providerJobId],
  });
  return toMoved(onlyRow(rows, 'jobs.accept_attempt'));
}

function toMoved(row: MovedRow): Moved {
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
