import type { Request } from 'express';
import type { AccountMode } from '../../domain/account-mode.ts';
import { isAccountId } from '../../domain/ids.ts';
import type { ApiKeyScope } from '../../contract/api-key-scopes.ts';
import type { PortalRight } from '../../domain/portal-rights.ts';
import type { Database } from '../../ledger/database.ts';
import { readAccount } from '../../ledger/reads/read-account.ts';
import type { Caller } from './caller.ts';
import { BoundedCache } from './bounded-cache.ts';
import { invalidPart, notFound, Problem } from '../http/problem.ts';
import type { RequestState } from '../http/request/request-state.ts';

/** The account a request acts for. */
export type ActingAccount = { readonly accountId: string; readonly mode: AccountMode };
export type ActingFor = (request: Request, caller: Caller) => Promise<ActingAccount>;

/** Accounts are never closed and keep their mode, so known ones are cached. */
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

/**
 * Throws `forbidden` unless the caller may make a call: a key by its scopes and its account, a portal session by its
 * rights (a call that names no right is closed to it).
 */
export function requireRight(
  caller: Caller,
  call: {
    readonly scopes: readonly ApiKeyScope[];
    readonly onlyPlatform?: boolean;
    readonly onlyLive?: true;
    readonly portal?: PortalRight;
  },
): void {
  if (caller.can === null) {
    requireScope(caller, call.scopes);
    if (call.onlyPlatform === true) requirePlatformKey(caller);
    if (call.onlyLive === true) requireLiveKey(caller);
  } else if (call.portal === undefined || !caller.can.includes(call.portal)) {
    const detail =
      call.portal === undefined
        ? 'This call needs a key.'
        : `This call needs a portal session that can ${call.portal}.`;
    throw new Problem('forbidden', { detail });
  }
}

/** Throws `forbidden` for a caller that acts for one account alone. */
function requirePlatformKey(caller: Caller): void {
  if (caller.accountId === null) return;
  throw new Problem('forbidden', { detail: 'This call needs a platform key.' });
}

/** For calls without an account. Throws `forbidden` for a platform key of tests, which acts on test accounts alone. */
export function requireLiveKey(caller: Caller): void {
  if (caller.mode === 'live') return;
  throw new Problem('forbidden', {
    detail: 'A test key acts on test accounts alone, each named in the header Holdfast-Account.',
  });
}

/** Whether a caller may act on accounts of a mode: a platform's live key on both. */
export function reachesMode(caller: Caller, mode: AccountMode): boolean {
  return caller.mode === mode || (caller.mode === 'live' && caller.accountId === null);
}

/**
 * The account of key and `Holdfast-Account`; undefined: a platform key without the header. Throws `forbidden` when an
 * account's key names another account.
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
 * For calls on all accounts unless one is named: that account, or null for all, which takes a platform's live key.
 * Throws like `actingFor`, and `forbidden`.
 */
export async function accountOrAll(
  actingFor: ActingFor,
  {
    request,
    caller,
    state,
  }: { readonly request: Request; readonly caller: Caller; readonly state: RequestState },
): Promise<string | null> {
  if (namedAccount(request, caller) === undefined) {
    requireLiveKey(caller);
    return null;
  }
  const { accountId } = await actingFor(request, caller);
  state.accountId = accountId;
  return accountId;
}

/**
 * An account key acts for its own account, a platform key for the one in `Holdfast-Account` (docs/http-api.md) if its
 * mode allows that. Throws `invalid_request`, `forbidden` or `not_found`.
 */
export function createActingFor(database: Database, now: () => number): ActingFor {
  const known = new BoundedCache<AccountMode>({
    maxEntries: MAX_CACHED_ACCOUNTS,
    lifetimeMs: ACCOUNT_LIFETIME_MS,
    now,
  });
  return async (request, caller) => {
    const named = namedAccount(request, caller);
    if (caller.accountId !== null) return { accountId: caller.accountId, mode: caller.mode };
    if (named === undefined || named === '') {
      throw invalidPart('', 'account_missing', 'A platform key needs the header Holdfast-Account: acct_….');
    }
    if (!isAccountId(named)) throw notFound('account');
    const mode = await known.get(named, async () => {
      const account = await readAccount(database, named);
      if (account === null) throw notFound('account');
      return account.mode;
    });
    if (!reachesMode(caller, mode)) throw notFound('account');
    return { accountId: named, mode };
  };
}
