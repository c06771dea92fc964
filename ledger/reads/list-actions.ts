import type { Database } from '../database.ts';

/** What was done to an account, on record. */
export type StoredAction = {
  readonly action_id: string;
  readonly at: Date;
  readonly actor: string;
  readonly action: string;
  readonly reason: string;
  readonly detail: Readonly<Record<string, unknown>>;
};

/** Newest first, before a number (null: from the newest on). */
export async function listActions(
  database: Database,
  accountId: string,
  page: { readonly before: string | null; readonly limit: number },
): Promise<readonly StoredAction[]> {
  const { rows } = await database.query<StoredAction>({
    name: 'ledger.list_actions',
    text: 'SELECT action_id, at, actor, action, reason, detail FROM ledger.list_actions($1, $2, $3)',
    values: [accountId, page.before, page.limit],
  });
  return rows;
}
