import type { Database } from './database.ts';
import { toDueAccount, type DueAccount, type DueAccountRow } from './due-account.ts';

/**
 * A page of accounts with expired credits to sweep, longest due first, after a position (null: from the first). Swept
 * or not, expired credits cannot be spent.
 */
export async function readDueExpiry(
  database: Database,
  page: { readonly after: DueAccount | null; readonly limit: number },
): Promise<readonly DueAccount[]> {
  const { rows } = await database.query<DueAccountRow>({
    name: 'ledger.read_due_expiry',
    text: 'SELECT account_id, due_at::text FROM ledger.read_due_expiry($1, $2, $3)',
    values: [page.after?.dueAt ?? '-infinity', page.after?.accountId ?? '', page.limit],
  });
  return rows.map(toDueAccount);
}

/**
 * Expires what is due in these accounts. Returns those it swept; one that another transaction has locked is skipped.
 */
export async function sweepExpired(
  database: Database,
  accountIds: readonly string[],
): Promise<readonly string[]> {
  const { rows } = await database.query<{ account_id: string }>({
    name: 'ledger.sweep_accounts',
    text: 'SELECT account_id FROM ledger.sweep_accounts($1) account_id',
    values: [accountIds],
  });
  return rows.map((row) => row.account_id);
}
