import type { Database } from './database.ts';
import type { EntryKind } from './read-entries.ts';

/** opening + the sums = closing, all in credits as the available balance saw them. Times as PostgreSQL's JSON writes them. */
export type Statement = {
  readonly from: string;
  readonly to: string;
  readonly opening: number;
  readonly closing: number;
  /** What was committed and spent, before refunds. */
  readonly charged: number;
  readonly refunded: number;
  readonly sums: Readonly<Record<EntryKind, number>>;
};

/**
 * The statement of a stretch of time, `from` included and `to` not; null for since the opening and until now. Answers
 * null when there is no such account.
 */
export async function readStatement(
  database: Database,
  accountId: string,
  stretch: { readonly from: string | null; readonly to: string | null },
): Promise<Statement | null> {
  const { rows } = await database.query<{ statement: Statement | null }>({
    name: 'ledger.read_statement',
    text: 'SELECT ledger.read_statement($1, $2, $3) AS statement',
    values: [accountId, stretch.from, stretch.to],
  });
  return rows[0]?.statement ?? null;
}
