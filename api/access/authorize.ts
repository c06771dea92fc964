import type { Request } from 'express';
import { isAccountId } from '../../domain/ids.ts';
import type { ApiKeyScope } from '../../contract/api-key-scopes.ts';
import type { Database } from '../../ledger/database.ts';
import { readAccount } from '../../ledger/reads/read-account.ts';
import type { Caller } from './authenticate.ts';
import { BoundedCache } from './bounded-cache.ts';
import { invalidPart, notFound, Problem } from '../http/problem.ts';

/** The account a request acts for. */
export type ActingFor = (request: Request, caller: Caller) => Promise<string>;

/** Accounts are never closed; only known ones are kept. */
const ACCOUNT_LIFETIME_MS = 3_600_000;
const MAX_CACHED_ACCOUNTS = 50_000;

/** Whether the key has one of the scopes, or admin, which implies all. */
export function hasScope(caller: Caller, anyOf: readonly ApiKeyScope[]): boolean {
  return caller.scopes.includes('admin') || anyOf.some((scope) => caller.scopes.includes(scope));
}

/** Throws the problem `forbidden` unless the key has one of the scopes. */
export function requireScope(caller: Caller, anyOf: readonly ApiKeyScope[]): void {
  if (!hasScope(caller, anyOf)) {
    throw new Problem('forbidden', { detail: `This call needs a key with the scope ${anyOf.join(' or ')}.` });
  }
}

/** Throws the problem `forbidden` for a key of one account. */
export function requirePlatformKey(caller: Caller): void {
  if (caller.accountId === null) return;
  throw new Problem('forbidden', { detail: 'This call needs a platform key.' });
}

/**
 * The account that key and `Holdfast-Account` name; undefined for a platform key without that header. Throws the problem
 * `forbidden` where an account's key comes with another account's name.
 */
export function namedAccount(request: Request, caller: Caller): string | undefined {
  const named = request.get('Holdfast-Account');
  if (caller.accountId === null) return named;
  if (named === undefined || named === caller.accountId) return caller.accountId;
  throw new Problem('forbidden', {
    detail: 'This key acts for another account than Holdfast-Account names.',
  });
}

/**
 * An account key acts for its own account, a platform key for the one named in `Holdfast-Account` (docs/http-api.md).
 * Throws `invalid_request`, `forbidden` or `not_found`.
 */
export function createActingFor(database: Database, now: () => number): ActingFor {
  const known = new BoundedCache<unknown>({
    maxEntries: MAX_CACHED_ACCOUNTS,
    lifetimeMs: ACCOUNT_LIFETIME_MS,
    now,
  });
  return async (request, caller) => {
    const named = namedAccount(request, caller);
    if (caller.accountId !== null) return caller.accountId;
    if (named === undefined || named === '') {
      throw invalidPart('', 'account_missing', 'A platform key needs the header Holdfast-Account: acct_….');
    }
    if (!isAccountId(named)) throw notFound('account');
    await known.get(named, async () => {
      if ((await readAccount(database, named)) === null) throw notFound('account');
    });
    return named;
  };
}
