import type { GrantTerms } from '../domain/prices/offers.ts';
import type { Database } from './database.ts';
import { onlyRow } from './only-row.ts';

export type ReferralResult = {
  readonly outcome:
    | 'pending'
    | 'paid'
    | 'account_not_found'
    | 'inviter_not_found'
    | 'self_referral'
    | 'circle'
    | 'already_referred';
  readonly isReplay: boolean;
};

/** Records the inviter of an account, once; the inviter is paid when the account first pays for a plan. */
export async function refer(
  database: Database,
  terms: GrantTerms['referral'],
  referral: { readonly accountId: string; readonly inviterId: string; readonly actor: string },
): Promise<ReferralResult> {
  const { rows } = await database.query<{ outcome: ReferralResult['outcome']; is_replay: boolean }>({
    name: 'ledger.refer',
    text: 'SELECT outcome, is_replay FROM ledger.refer($1, $2, $3, $4, $5)',
    values: [referral.accountId, referral.inviterId, terms.credits, terms.lifetimeMonths, referral.actor],
  });
  const row = onlyRow(rows, 'ledger.refer');
  return { outcome: row.outcome, isReplay: row.is_replay };
}
