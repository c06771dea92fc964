import { readAccount } from '../ledger/read-account.ts';
import type { Database } from '../ledger/database.ts';
import { isAccountId, requirePlatformKey } from './authorize.ts';
import { notFound } from './problem.ts';
import { pathParameter, type CallerExchange } from './route.ts';

/** The account that a path names, for a platform key. Throws the problems forbidden and not_found. */
export async function managedAccount(database: Database, exchange: CallerExchange): Promise<string> {
  requirePlatformKey(exchange.caller);
  return visibleAccount(database, exchange);
}

/** The same where an account's own key may come too; for any other key there is no such account. */
export async function visibleAccount(
  database: Database,
  { request, caller, state }: CallerExchange,
): Promise<string> {
  const id = pathParameter(request, 'id');
  const isVisible = isAccountId(id) && (caller.accountId === null || caller.accountId === id);
  if (!isVisible || (await readAccount(database, id)) === null) throw notFound('account');
  state.accountId = id;
  return id;
}
