import type { Database } from '../../ledger/database.ts';
import { onlyRow } from '../../ledger/only-row.ts';
import { grantValues, type GrantItem, type GrantOutcome } from '../../ledger/grant-credits.ts';
import type { Grant } from '../../contract/shapes/credit-shapes.ts';

export type KeyedGrantResult =
  | { readonly outcome: 'granted'; readonly isReplay: boolean; readonly grant: Grant }
  /** The key belongs to another request of the account. */
  | { readonly outcome: 'key_belongs_to_another' }
  /** A refusal of the ledger: nothing was granted, and the key stays unused. */
  | { readonly outcome: Exclude<GrantOutcome, 'granted'> };

type Row = { outcome: GrantOutcome; is_replay: boolean; answer: Grant | null };

/** Grants credits once per key of an account. A repeat returns the grant as it was when it was granted. */
export async function grantCreditsOnce(
  database: Database,
  call: { readonly key: string; readonly fingerprint: string; readonly grant: GrantItem },
): Promise<KeyedGrantResult> {
  const { rows } = await database.query<Row>({
    name: 'jobs.grant_credits',
    text: `SELECT outcome, is_replay, answer
           FROM jobs.grant_credits($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    values: [call.grant.accountId, call.key, call.fingerprint, ...grantValues(call.grant)],
  });
  const row = onlyRow(rows, 'jobs.grant_credits');
  if (row.outcome !== 'granted') {
    return { outcome: row.is_replay ? 'key_belongs_to_another' : row.outcome };
  }
  if (row.answer === null) throw new RangeError('jobs.grant_credits returned no grant');
  return { outcome: 'granted', isReplay: row.is_replay, grant: row.answer };
}
