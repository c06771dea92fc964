import { timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import type { ApiKeyScope } from '../../contract/api-key-scopes.ts';
import { hashOfSecret, keyIdOf } from '../../jobs/keys/api-key-text.ts';
import { readApiKey, type StoredApiKey } from '../../jobs/keys/read-api-key.ts';
import type { Database } from '../../ledger/database.ts';
import { BoundedCache } from './bounded-cache.ts';
import type { LimitAddresses } from './limit-addresses.ts';
import { Problem } from '../http/problem.ts';

/** Who asks. */
export type Caller = {
  readonly keyId: string;
  /** Null: a platform key. */
  readonly accountId: string | null;
  readonly scopes: readonly ApiKeyScope[];
};

export type Authenticate = (request: Request) => Promise<Caller>;

/** A revoked key works for this long at most: the price of no query per request. */
const KEY_LIFETIME_MS = 5_000;
const MAX_CACHED_KEYS = 10_000;

const BEARER = /^Bearer +(\S+)$/i;

/**
 * Tells who a bearer key is. Throws the problem `unauthenticated` for anything but a live key, and `rate_limited` where too many of
 * them came from one address: then a key is known or not, and no longer looked up.
 */
export function createAuthenticate(
  database: Database,
  now: () => number,
  addresses: LimitAddresses,
): Authenticate {
  const keys = new BoundedCache<StoredApiKey | null>({
    maxEntries: MAX_CACHED_KEYS,
    lifetimeMs: KEY_LIFETIME_MS,
    now,
  });
  async function lookUp(keyId: string, address: string | undefined): Promise<StoredApiKey | null> {
    addresses.require(address);
    return readApiKey(database, keyId);
  }
  return async (request) => {
    const secret = BEARER.exec(request.get('Authorization') ?? '')?.[1] ?? '';
    const keyId = keyIdOf(secret);
    const key = keyId === null ? null : await keys.get(keyId, () => lookUp(keyId, request.ip));
    if (key === null || !timingSafeEqual(key.secretHash, hashOfSecret(secret))) {
      addresses.count(request.ip);
      throw unauthenticated();
    }
    return { keyId: key.keyId, accountId: key.accountId, scopes: key.scopes };
  };
}

function unauthenticated(): Problem {
  return new Problem('unauthenticated', {}, { 'WWW-Authenticate': 'Bearer realm="holdfast"' });
}
