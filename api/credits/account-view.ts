import type { AccountView } from '../../contract/shapes/account-shapes.ts';
import type { Account } from '../../ledger/reads/read-account.ts';
import { instantText } from '../../domain/instant-text.ts';

/** An account as the API shows it. */
export function viewAccount(account: Account): AccountView {
  return {
    id: account.accountId,
    name: account.name,
    reference: account.reference,
    mode: account.mode,
    frozen: account.isFrozen,
    created_at: instantText(account.openedAt),
  };
}
