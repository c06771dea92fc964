import type { Database } from '../ledger/database.ts';
import { toGrantRow, type GrantItem, type GrantResult } from '../ledger/grant.ts';
import type { GrantView } from '../ledger/read-grant.ts';

export type GiveResult =
  | { readonly outcome: 'granted'; readonly isReplay: boolean; readonly grant: GrantView }
  /** The key belongs to another request of the account. */
  | { readonly outcome: 'key_belongs_to_another' }
  /** The ledger's own words: nothing was granted, and the key is free. */
  | { readonly outcome: Exclude<GrantResult['outcome'], 'granted'> };

type Row = { outcome: GrantResult['outcome']; is_replay: boolean; answer: GrantView | null };

/** Gives credits once per key of an account: the same request again reads the grant as it was when it was given. */
export async function giveCredits(
  database: Database,
  call: { readonly key: string; readonly fingerprint: string; readonly grant: GrantItem },
): Promise<GiveResult> {
  const { rows } = await database.query<Row>({
    name: 'jobs.give_credits',
    text: 'SELECT outcome, is_replay, answer FROM jobs.give_credits($1, $2, $3, $4)',
    values: [call.grant.accountId, call.key, call.fingerprint, JSON.stringify(toGrantRow(call.grant))],
  });
  const row = rows[0];
  if (row === undefined) throw new RangeError('a grant was not answered');
  if (row.outcome !== 'granted') {
    return { outcome: row.is_replay ? 'key_belongs_to_another' : row.outcome };
  }
  if (row.answer === null) throw new RangeError('a grant was given and not answered');
  return { outcome: 'granted', isReplay: row.is_replay, grant: row.answer };
}
