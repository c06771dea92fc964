import type { Grant } from '../../contract/shapes/credit-shapes.ts';
import type { Database } from '../database.ts';

/** Null: the account has no such grant. */
export async function readGrant(
  database: Database,
  accountId: string,
  grantId: string,
): Promise<Grant | null> {
  const { rows } = await database.query<{ grant: Grant | null }>({
    name: 'ledger.read_grant',
    text: 'SELECT ledger.read_grant($1, $2) AS grant',
    values: [accountId, grantId],
  });
  return rows[0]?.grant ?? null;
}
