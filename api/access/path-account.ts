import { readAccount, type Account } from '../../ledger/reads/read-account.ts';
import type { Database } from '../../ledger/database.ts';
import { isAccountId } from '../../domain/ids.ts';
import { namedAccount, reachesMode } from './authorize.ts';
import { notFound } from '../http/problem.ts';
import { pathParameter, type CallerExchange } from '../http/route.ts';

/** The account of a path, if the caller may see it. Throws forbidden and not_found. */
export async function visibleAccount(database: Database, exchange: CallerExchange): Promise<string> {
  return (await readVisibleAccount(database, exchange)).accountId;
}

/** A caller for one account, by its key or by Holdfast-Account, sees no other. */
export async function readVisibleAccount(
  database: Database,
  { request, caller, state }: CallerExchange,
): Promise<Account> {
  const id = pathParameter(request, 'id');
  const isVisible = (namedAccount(request, caller) ?? id) === id && isAccountId(id);
  const account = isVisible ? await readAccount(database, id) : null;
  if (account === null || !reachesMode(caller, account.mode)) throw notFound('account');
  state.accountId = id;
  return account;
}
