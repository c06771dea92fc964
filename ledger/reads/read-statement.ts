import type { Statement } from '../../contract/shapes/credit-shapes.ts';
import type { Database } from '../database.ts';

/** A statement, whose entries are those numbered after `after`, up to `last`. */
export type StoredStatement = Statement & { readonly after: number; readonly last: number };

/**
 * The statement of a stretch of time, `from` included and `to` not; null for since the opening and until now. Returns
 * null when there is no such account.
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
