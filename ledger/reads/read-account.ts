import type { AccountMode } from '../../domain/account-mode.ts';
import type { Database } from '../database.ts';

export type Account = {
  readonly accountId: string;
  readonly name: string;
  readonly reference: string;
  readonly openedAt: Date;
  readonly mode: AccountMode;
  /** New spending is refused. */
  readonly isFrozen: boolean;
};

type Row = {
  account_id: string;
  name: string;
  reference: string;
  opened_at: Date;
  mode: AccountMode;
  frozen_at: Date | null;
};

/** Reads an account; null: there is none. */
export async function readAccount(database: Database, accountId: string): Promise<Account | null> {
  const { rows } = await database.query<Row>({
    name: 'ledger.read_account',
    text: 'SELECT account_id, name, reference, opened_at, mode, frozen_at FROM ledger.read_account($1)',
    values: [accountId],
  });
  const row = rows[0];
  if (row === undefined) return null;
  return {
    accountId: row.account_id,
    name: row.name,
    reference: row.reference,
    openedAt: row.opened_at,
    mode: row.mode,
    isFrozen: row.frozen_at !== null,
  };
}
