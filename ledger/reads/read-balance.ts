import type { Balance } from '../../contract/shapes/credit-shapes.ts';
import type { Database } from '../database.ts';

/** The live balance, in credits. Times as PostgreSQL's JSON writes them. */
export type StoredBalance = Omit<Balance, 'buys'>;

/** Null: there is no such account. */
export async function readBalance(database: Database, accountId: string): Promise<StoredBalance | null> {
  const { rows } = await database.query<{ balance: StoredBalance | null }>({
    name: 'ledger.read_balance',
    text: 'SELECT ledger.read_balance($1) AS balance',
    values: [accountId],
  });
  return rows[0]?.balance ?? null;
}
