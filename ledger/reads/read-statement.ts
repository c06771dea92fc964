import type { Statement } from '../../contract/shapes/credit-shapes.ts';
import type { Database } from '../database.ts';

/** A statement. Its entries are numbered from `after` + 1 to `last`. */
export type StoredStatement = Omit<Statement, 'reserved_change'> & {
  readonly after: number;
  readonly last: number;
};

/**
 * Reads the statement from `from` (included) to `to` (not included); null: since the opening, until now. Null: no such
 * account.
 */
export async function readStatement(
  database: Database,
  accountId: string,
  stretch: { readonly from: string | null; readonly to: string | null },
): Promise<StoredStatement | null> {
  const { rows } = await database.query<{ statement: StoredStatement | null }>({
    name: 'ledger.read_statement',
    text: 'SELECT ledger.read_statement($1, $2, $3) AS statement',
    values: [accountId, stretch.from, stretch.to],
  });
  return rows[0]?.statement ?? null;
}
