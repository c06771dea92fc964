import { limitsOf, type LimitsOfProviders, type WaitsFor } from '../../domain/work/provider-limits.ts';
import type { Database } from '../../ledger/database.ts';
import { onlyRow } from '../../ledger/only-row.ts';
import type { NewAttempt } from './begin-attempt.ts';

export type Turn = {
  /** Null: it may leave. */
  readonly waitsFor: WaitsFor | null;
  /** The number of attempts before it that ask for their turn at present. */
  readonly ahead: number;
  /** The time since it first stood in line, for any worker. */
  readonly waitedSeconds: number;
  /** How long it keeps its place without asking again; 0: it is near the head, and should ask often. */
  readonly awaySeconds: number;
};

/** For an attempt without a job: it waits for nothing, and fails where its row would be made. */
const IN_NO_LINE: Turn = { waitsFor: null, ahead: 0, waitedSeconds: 0, awaySeconds: 0 };

/** Puts attempts at one model in line at its provider, or keeps their places. Returns the turn of each, in order. */
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

/** Records that an attempt's provider could not be reached. Returns whether the breaker of its model is open now. */
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
