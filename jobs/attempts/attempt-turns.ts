import type { ProviderLimits, WaitsFor } from '../../domain/work/provider-limits.ts';
import type { Database } from '../../ledger/database.ts';
import { onlyRow } from '../../ledger/only-row.ts';
import type { NewAttempt } from './begin-attempt.ts';

export type Turn = {
  /** Null: it may leave. */
  readonly waitsFor: WaitsFor | null;
  /** How many others go before it, of those that ask for their turn just now. */
  readonly ahead: number;
  /** Since it was first in line, by whichever worker. */
  readonly waitedSeconds: number;
  /** For how long it keeps its place without being asked for; 0: it is near the head, and is to look often. */
  readonly awaySeconds: number;
};

/** Puts an attempt in line at its provider until it is to be asked for again, and some seconds: asked again, it stands where it stood. */
export async function queueAttempt(
  database: Database,
  attempt: NewAttempt,
  limits: ProviderLimits,
): Promise<Turn> {
  const { rows } = await database.query<{
    waits_for: WaitsFor | null;
    ahead: number;
    waited_seconds: number;
    away_seconds: number;
  }>({
    name: 'jobs.queue_attempt',
    text: 'SELECT * FROM jobs.queue_attempt($1, $2, $3, $4, $5, $6, $7)',
    values: [
      attempt.accountId,
      attempt.jobId,
      attempt.reference,
      attempt.provider,
      attempt.model,
      limits.inFlight,
      limits.perSecond,
    ],
  });
  const row = onlyRow(rows, 'jobs.queue_attempt');
  return {
    waitsFor: row.waits_for,
    ahead: row.ahead,
    waitedSeconds: row.waited_seconds,
    awaySeconds: row.away_seconds,
  };
}

/** The provider of an attempt could not be reached. Returns whether the breaker of its model is open now. */
export async function noteUnreached(
  database: Database,
  { provider, model }: Pick<NewAttempt, 'provider' | 'model'>,
): Promise<boolean> {
  const { rows } = await database.query<{ is_open: boolean }>({
    name: 'jobs.note_fault',
    text: "SELECT jobs.note_fault($1, $2, 'submit', NULL) AS is_open",
    values: [provider, model],
  });
  return onlyRow(rows, 'jobs.note_fault').is_open;
}
