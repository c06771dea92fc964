import type { Spender } from '../../contract/shapes/account-shapes.ts';
import type { Database } from '../database.ts';

/** Members, then projects, each by name, after one of them (null: from the first on). */
export async function readSpenders(
  database: Database,
  accountId: string,
  page: { readonly after: Pick<Spender, 'type' | 'name'> | null; readonly limit: number },
): Promise<readonly Spender[]> {
  const { rows } = await database.query<{ spender: Spender }>({
    name: 'ledger.read_spenders',
    text: 'SELECT spender FROM ledger.read_spenders($1, $2, $3, $4) spender',
    values: [accountId, page.after?.type ?? 'member', page.after?.name ?? '', page.limit],
  });
  return rows.map(({ spender }) => spender);
}
