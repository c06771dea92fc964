import { PRIORITY_OF_SOURCE } from '../domain/credits/grant-rules.ts';
import type { AccountMode } from '../domain/account-mode.ts';
import type { GrantTerms } from '../domain/prices/offers.ts';
import { accountIdOf, grantIdOf } from '../contract/derived-ids.ts';
import type { Database } from './database.ts';
import { onlyRow } from './only-row.ts';
import type { Account } from './reads/read-account.ts';
import { grantCredits } from './grant-credits.ts';

type OpenedAccount =
  | (Account & { readonly outcome: 'opened' | 'exists' })
  /** The reference belongs to an account opened under another name, or in the other mode. */
  | { readonly outcome: 'key_reused'; readonly accountId: string };

type Row = {
  outcome: 'opened' | 'exists';
  account_id: string;
  name: string;
  opened_at: Date;
  mode: AccountMode;
  frozen_at: Date | null;
};

/**
 * How far a balance must rise above its level before another fall is reported: more than one planning unit, so that
 * failed jobs that return their credits cause no notice.
 */
export function lowBalanceRise(planningUnit: number): number {
  return planningUnit + 1;
}

/**
 * Opens an account with its sign-up grant. The reference is the key: the same one finds the same account. Both calls
 * are made every time, so that a later opening completes an account whose first caller died between them.
 */
export async function openAccount(
  database: Database,
  terms: Pick<GrantTerms, 'signUp' | 'lowBalanceAt'> & { readonly planningUnit?: number },
  account: { readonly name: string; readonly reference: string; readonly mode?: AccountMode | undefined },
  actor: string | null = null,
): Promise<OpenedAccount> {
  const mode = account.mode ?? 'live';
  const { rows } = await database.query<Row>({
    name: 'ledger.open_account',
    text:
      'SELECT outcome, account_id, name, opened_at, mode, frozen_at' +
      ' FROM ledger.open_account($1, $2, $3, $4, $5, $6, $7)',
    values: [
      accountIdOf(account.reference),
      account.reference,
      account.name,
      terms.lowBalanceAt,
      actor,
      lowBalanceRise(terms.planningUnit ?? 0),
      mode,
    ],
  });
  const row = onlyRow(rows, 'ledger.open_account');
  const granted = await grantCredits(database, {
    accountId: row.account_id,
    grantId: grantIdOf(row.account_id, 'sign_up', 'once'),
    source: 'sign_up',
    priority: PRIORITY_OF_SOURCE.sign_up,
    credits: terms.signUp.credits,
    ends: 'never',
    reason: 'sign_up',
  });
  // key_reused: the catalogue gave another number then, and it is granted once.
  if (granted !== 'granted' && granted !== 'key_reused')
    throw new RangeError(`the sign-up grant was refused: ${granted}`);
  if (row.name !== account.name || row.mode !== mode) {
    return { outcome: 'key_reused', accountId: row.account_id };
  }
  return {
    outcome: row.outcome,
    accountId: row.account_id,
    name: row.name,
    reference: account.reference,
    openedAt: row.opened_at,
    mode: row.mode,
    isFrozen: row.frozen_at !== null,
  };
}
