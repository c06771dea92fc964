import type { SaidOfCost } from '../../domain/prices/run-cost.ts';
import type { Database } from '../../ledger/database.ts';
import { onlyRow } from '../../ledger/only-row.ts';
import { toAttemptStatus, type AttemptStatus, type StatusRow } from './attempt-status.ts';

/** What the answer to a post said of a run whose result lies behind a link. */
export type KeptAnswer = SaidOfCost & {
  /** The address may hold a signature: it stands in PostgreSQL and nowhere else. */
  readonly link: { readonly url: string; readonly bytes: number | null; readonly sha256: string | null };
};

/** Keeps an answer, and that its attempt was accepted; returns how the attempt stands. May be repeated. */
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

/** Null: none was kept, as for an attempt of which support has said that it ran. */
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

/** Its attempt has ended: the link is not needed any more. */
export async function forgetAnswer(database: Database, accountId: string, reference: string): Promise<void> {
  await database.query({
    name: 'jobs.forget_answer',
    text: 'SELECT jobs.forget_answer($1, $2)',
    values: [accountId, reference],
  });
}
