import { timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import type { AccountMode } from '../../domain/account-mode.ts';
import type { PortalRight } from '../../domain/portal-rights.ts';
import type { ApiKeyScope } from '../../contract/api-key-scopes.ts';
import { hashOfSecret, readSecret, type NamedSecret } from '../../jobs/keys/secret-text.ts';
import { readApiKey } from '../../jobs/keys/read-api-key.ts';
import { readPortalSession } from '../../jobs/keys/portal-sessions.ts';
import type { Database } from '../../ledger/database.ts';
import { BoundedCache } from './bounded-cache.ts';
import type { LimitAddresses } from './limit-addresses.ts';
import { Problem } from '../http/problem.ts';

/** Who asks. */
export type Caller = {
  /** Of the key, or of the portal session. */
  readonly keyId: string;
  /** Null: a platform key. */
  readonly accountId: string | null;
  /** Of its account; a platform key of `live` acts on both modes, one of `test` on test accounts alone. */
  readonly mode: AccountMode;
  /** Of a key; none of a portal session. */
  readonly scopes: readonly ApiKeyScope[];
  /** What a portal session may do, and nothing else; null: a key. */
  readonly can: readonly PortalRight[] | null;
};

export type Authenticate = (request: Request) => Promise<Caller>;

/**
 * How long what was read of a secret is believed: a key that is revoked is refused within a second by every process, which costs a
 * query per key and second instead of one per request. Counted from before the read.
 */
const SECRET_LIFETIME_MS = 800;
const MAX_CACHED_SECRETS = 10_000;

const BEARER = /^Bearer +(\S+)$/i;

type Stored = { readonly caller: Caller; readonly secretHash: Buffer };

/**
 * Tells whose a bearer secret is. Throws the problem `unauthenticated` for anything but a live key or portal session, and
 * `rate_limited` where too many of them came from one address: then a secret is known or not, and no longer looked up.
 */
export function createAuthenticate(
  database: Database,
  now: () => number,
  addresses: LimitAddresses,
): Authenticate {
  const stored = new BoundedCache<Stored | null>({
    maxEntries: MAX_CACHED_SECRETS,
    lifetimeMs: SECRET_LIFETIME_MS,
    now,
  });
  async function lookUp(named: NamedSecret, address: string | undefined): Promise<Stored | null> {
    addresses.require(address);
    return named.isPortal ? readPortal(database, named.id) : readKey(database, named.id);
  }
  return async (request) => {
    const secret = BEARER.exec(request.get('Authorization') ?? '')?.[1] ?? '';
    const named = readSecret(secret);
    const found = named === null ? null : await stored.get(named.id, () => lookUp(named, request.ip));
    if (found === null || !timingSafeEqual(found.secretHash, hashOfSecret(secret))) {
      addresses.count(request.ip);
      throw unauthenticated();
    }
    return found.caller;
  };
}

async function readKey(database: Database, id: string): Promise<Stored | null> {
  const key = await readApiKey(database, id);
  if (key === null) return null;
  const { secretHash, ...caller } = key;
  return { secretHash, caller: { ...caller, can: null } };
}

async function readPortal(database: Database, id: string): Promise<Stored | null> {
  const session = await readPortalSession(database, id);
  if (session === null) return null;
  const { secretHash, sessionId, ...caller } = session;
  return { secretHash, caller: { ...caller, keyId: sessionId, scopes: [] } };
}

function unauthenticated(): Problem {
  return new Problem('unauthenticated', {}, { 'WWW-Authenticate': 'Bearer realm="holdfast"' });
}
