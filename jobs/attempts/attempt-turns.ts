import { limitsOf, type LimitsOfProviders, type WaitsFor } from '../../domain/work/provider-limits.ts';
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

/** Of one that has no job: it has nothing to wait for, and finds that out where its row would be made. */
const IN_NO_LINE: Turn = { waitsFor: null, ahead: 0, waitedSeconds: 0, awaySeconds: 0 };

/**
 * Puts attempts at one model in line at its provider, or keeps them there, and returns how each stands, in their order. Asked again, they
 * stand where they stood.
 */
export async function queueAttempts(
  database: Database,
  attempts: readonly NewAttempt[],
  limits: LimitsOfProviders,
): Promise<readonly Turn[]> {
  const [first] = attempts;
  if (first === undefined) return [];
  const { inFlight, perSecond } = limitsOf(limits, first.provider);
  const { rows } = await database.query<{
    reference: string;
    waits_for: WaitsFor | null;
    ahead: number;
    waited_seconds: number;
    away_seconds: number;
  }>({
    name: 'jobs.queue_attempts',
    text: 'SELECT * FROM jobs.queue_attempts($1, $2, $3, $4, $5, $6, $7)',
    values: [
      ...[first.provider, first.model, inFlight, perSecond],
      attempts.map(({ accountId }) => accountId),
      attempts.map(({ jobId }) => jobId),
      attempts.map(({ reference }) => reference),
    ],
  });
  const turns = new Map(
    rows.map((row): [string, Turn] => [
      row.reference,
      {
        waitsFor: row.waits_for,
        ahead: row.ahead,
        waitedSeconds: row.waited_seconds,
        awaySeconds: row.away_seconds,
      },
    ]),
  );
  return attempts.map(({ reference }) => turns.get(reference) ?? IN_NO_LINE);
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
