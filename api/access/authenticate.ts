import { timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import { assertNever } from '../../domain/assert-never.ts';
import type { Call } from '../../contract/call.ts';
import { hashOfSecret, readSecret, type NamedSecret } from '../../jobs/keys/secret-text.ts';
import { readApiKey } from '../../jobs/keys/read-api-key.ts';
import { readConsoleSession } from '../../jobs/keys/console-sessions.ts';
import { readPortalSession } from '../../jobs/keys/portal-sessions.ts';
import type { Database } from '../../ledger/database.ts';
import { unauthenticated } from '../http/problem.ts';
import { BoundedCache } from './bounded-cache.ts';
import type { Caller } from './caller.ts';
import { readConsoleCookie, requireOwnPage } from './console-cookie.ts';
import { callerByProxy, proxyCaller, requireProxyOf, type ConsoleSettings } from './console-proxy.ts';
import type { LimitAddresses } from './limit-addresses.ts';

export type Authenticate = (request: Request, call: Call) => Promise<Caller>;

/**
 * How long a read secret is trusted: every process refuses a revoked key within a second, at one query per key and
 * second. Counted from before the read.
 */
const SECRET_LIFETIME_MS = 800;
const MAX_CACHED_SECRETS = 10_000;

const BEARER = /^Bearer +(\S+)$/i;

type Stored = { readonly caller: Caller; readonly secretHash: Buffer };

/**
 * Authenticates a request by its bearer secret, or, without an Authorization header, by the cookie of a console
 * session. Throws `unauthenticated` unless the key or session is live, `forbidden` for a cookie used by another
 * origin's page, and `rate_limited` after too many wrong secrets from one address: then only known secrets are
 * accepted, without a look-up.
 */
export function createAuthenticate(
  database: Database,
  now: () => number,
  addresses: LimitAddresses,
  settings: ConsoleSettings,
): Authenticate {
  const stored = new BoundedCache<Stored | null>({
    maxEntries: MAX_CACHED_SECRETS,
    lifetimeMs: SECRET_LIFETIME_MS,
    now,
  });

  async function lookUp({ of, id }: NamedSecret, address: string | undefined): Promise<Stored | null> {
    addresses.require(address);
    switch (of) {
      case 'key':
        return readKey(database, id);
      case 'portal':
        return readPortal(database, id);
      case 'console':
        return readConsole(database, id, settings);
      default:
        return assertNever(of);
    }
  }

  async function callerOf(request: Request, named: NamedSecret | null, secret: string): Promise<Caller> {
    const found = named === null ? null : await stored.get(named.id, () => lookUp(named, request.ip));
    if (found === null || !timingSafeEqual(found.secretHash, hashOfSecret(secret))) {
      addresses.count(request.ip);
      throw unauthenticated();
    }
    return found.caller;
  }

  function byBearer(request: Request): Promise<Caller> {
    const secret = BEARER.exec(request.get('Authorization') ?? '')?.[1] ?? '';
    const named = readSecret(secret);
    // A console session's token is accepted in its cookie alone, with the csrf token.
    return callerOf(request, named?.of === 'console' ? null : named, secret);
  }

  async function byCookie(request: Request, call: Call, token: string): Promise<Caller> {
    const named = readSecret(token);
    const caller = await callerOf(request, named?.of === 'console' ? named : null, token);
    requireProxyOf(request, caller, settings);
    requireOwnPage(request, settings.publicUrl, { token, isWrite: call.method !== 'get' });
    return caller;
  }

  return async (request, call) => {
    if (request.get('Authorization') !== undefined) return byBearer(request);
    // A session cannot open another: each begins with a key or a trusted proxy.
    if (call.console === 'opens') return proxyCaller(request, settings) ?? byBearer(request);
    const token = readConsoleCookie(request, settings.publicUrl);
    return token === null ? byBearer(request) : byCookie(request, call, token);
  };
}

async function readKey(database: Database, id: string): Promise<Stored | null> {
  const key = await readApiKey(database, id);
  if (key === null) return null;
  const { secretHash, ...caller } = key;
  return { secretHash, caller: { ...caller, can: null, person: null, console: null } };
}

async function readPortal(database: Database, id: string): Promise<Stored | null> {
  const session = await readPortalSession(database, id);
  if (session === null) return null;
  const { secretHash, sessionId, ...caller } = session;
  return { secretHash, caller: { ...caller, keyId: sessionId, scopes: [], person: null, console: null } };
}

async function readConsole(
  database: Database,
  id: string,
  settings: ConsoleSettings,
): Promise<Stored | null> {
  const session = await readConsoleSession(database, id);
  if (session === null) return null;
  const { secretHash, sessionId, expiresAt, person, key } = session;
  const signedIn: Caller =
    key === null
      ? callerByProxy(settings, person)
      : { ...key, accountId: null, can: null, person, console: null };
  return { secretHash, caller: { ...signedIn, console: { sessionId, expiresAt } } };
}
