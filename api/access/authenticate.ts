import { timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import type { ApiKeyScope } from '../../contract/api-key-scopes.ts';
import { hashOfSecret, keyIdOf } from '../../jobs/keys/api-key-text.ts';
import { readApiKey, type StoredApiKey } from '../../jobs/keys/read-api-key.ts';
import type { Database } from '../../ledger/database.ts';
import { BoundedCache } from './bounded-cache.ts';
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

/** Tells who a bearer key is. Throws the problem `unauthenticated` for anything but a live key. */
export function createAuthenticate(database: Database, now: () => number): Authenticate {
  const keys = new BoundedCache<StoredApiKey | null>({
    maxEntries: MAX_CACHED_KEYS,
    lifetimeMs: KEY_LIFETIME_MS,
    now,
  });
  return async (request) => {
    const secret = BEARER.exec(request.get('Authorization') ?? '')?.[1] ?? '';
    const keyId = keyIdOf(secret);
    if (keyId === null) throw unauthenticated();
    const key = await keys.get(keyId, () => readApiKey(database, keyId));
    if (key === null || !timingSafeEqual(key.secretHash, hashOfSecret(secret))) throw unauthenticated();
    return { keyId: key.keyId, accountId: key.accountId, scopes: key.scopes };
  };
}

function unauthenticated(): Problem {
  return new Problem('unauthenticated', {}, { 'WWW-Authenticate': 'Bearer realm="holdfast"' });
}
