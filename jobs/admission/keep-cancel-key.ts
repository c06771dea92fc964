import type { Database } from '../../ledger/database.ts';

/**
 * Stores the key of a customer's cancel: before the cancel, and again once it is accepted. Returns whether it was
 * accepted, now or before.
 */
export async function keepCancelKey(
  database: Database,
  call: {
    readonly accountId: string;
    readonly jobId: string;
    readonly key: string;
    readonly isAccepted: boolean;
  },
): Promise<boolean> {
  const { rows } = await database.query<{ is_accepted: boolean }>({
    name: 'jobs.keep_cancel_key',
    text: 'SELECT jobs.keep_cancel_key($1, $2, $3, $4) AS is_accepted',
    values: [call.accountId, call.jobId, call.key, call.isAccepted],
  });
  return rows[0]?.is_accepted === true;
}
