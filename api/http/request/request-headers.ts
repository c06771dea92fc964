import type { Request } from 'express';
import { isIdempotencyKey } from '../../../contract/idempotency-key.ts';
import { invalidPart, Problem } from '../problem.ts';

/** docs/http-api.md: a longer wait is taken as this. Under the minute after which most proxies cut a silent request. */
const MAX_WAIT_SECONDS = 55;

/** Throws the problems idempotency_key_missing, and invalid_request for one that cannot be a key. */
export function readIdempotencyKey(request: Request): string {
  const key = readOptionalIdempotencyKey(request);
  if (key === null) throw new Problem('idempotency_key_missing');
  return key;
}

/** Null without one. Throws the problem invalid_request for one that cannot be a key. */
export function readOptionalIdempotencyKey(request: Request): string | null {
  // Node joins repeated headers into one text, which would be a key that neither of them is.
  if ((request.headersDistinct['idempotency-key']?.length ?? 0) > 1) {
    throw invalidPart('', 'idempotency_key', 'Send one Idempotency-Key.');
  }
  const key = request.get('Idempotency-Key');
  if (key === undefined || key === '') return null;
  if (!isIdempotencyKey(key)) {
    throw invalidPart('', 'idempotency_key', 'An Idempotency-Key is 1 to 255 printable ASCII characters.');
  }
  return key;
}

/** How long `Prefer: wait=N` asks to wait for the end, in ms; 0 without it. A preference: what is not understood is ignored. */
export function preferredWaitMs(request: Request): number {
  for (const preference of (request.get('Prefer') ?? '').split(/[,;]/)) {
    const seconds = /^\s*wait\s*=\s*"?(\d{1,9})"?\s*$/i.exec(preference)?.[1];
    if (seconds !== undefined) return Math.min(Number(seconds), MAX_WAIT_SECONDS) * 1_000;
  }
  return 0;
}
