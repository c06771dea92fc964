import type { SaidOfCost } from '../../domain/prices/run-cost.ts';
import type { Database } from '../../ledger/database.ts';
import { onlyRow } from '../../ledger/only-row.ts';
import { toAttemptStatus, type AttemptStatus, type StatusRow } from './attempt-status.ts';

/** The answer to a post whose result lies behind a link. */
export type KeptAnswer = SaidOfCost & {
  /** The address may hold a signature, and is kept in PostgreSQL alone. */
  readonly link: { readonly url: string; readonly bytes: number | null; readonly sha256: string | null };
};

/** Stores an answer, and that its attempt was accepted; returns the attempt's status. May be repeated. */
export async function keepAnswer(
  database: Database,
  accountId: string,
  reference: string,
  providerJobId: string,
  answer: KeptAnswer,
): Promise<AttemptStatus> {
  const { rows } = await database.query<StatusRow>({
    name: 'jobs.keep_answer',
    text: 'SELECT * FROM jobs.keep_answer($1, $2, $3, $4)',
    values: [accountId, reference, providerJobId, JSON.stringify(answer)],
  });
  return toAttemptStatus(onlyRow(rows, 'jobs.keep_answer'));
}

/** Null: none was stored, as for an attempt that ran by support's word. */
export async function readAnswer(
  database: Database,
  accountId: string,
  reference: string,
): Promise<KeptAnswer | null> {
  const { rows } = await database.query<{ answer: KeptAnswer | null }>({
    name: 'jobs.read_answer',
    text: 'SELECT jobs.read_answer($1, $2) AS answer',
    values: [accountId, reference],
  });
  return onlyRow(rows, 'jobs.read_answer').answer;
}

/** Deletes the link of an attempt that has ended. */
export async function forgetAnswer(database: Database, accountId: string, reference: string): Promise<void> {
  await database.query({
    name: 'jobs.forget_answer',
    text: 'SELECT jobs.forget_answer($1, $2)',
    values: [accountId, reference],
  });
}
