import type { Request, RequestHandler } from 'express';
import { isIdempotencyKey } from '../../../contract/idempotency-key.ts';
import { invalidPart, Problem } from '../problem.ts';

/**
 * The longest wait (docs/http-api.md); a longer one is shortened. Below the minute after which most proxies cut a
 * silent request.
 */
const MAX_WAIT_SECONDS = 55;

/** Headers that may occur once: of two, one reader takes the first and another the last. */
const SAID_ONCE = ['host', 'authorization', 'content-type', 'holdfast-account', 'holdfast-actor'] as const;

/**
 * Refuses ambiguous requests before they are read: a repeated single header, a missing host (RFC 9112, 3.2), an unknown
 * expectation. Throws invalid_request; not_implemented for a body in an unknown coding (RFC 9112, 6.1).
 */
export const requireClearHeaders: RequestHandler = (request, _response, next) => {
  const { headersDistinct: headers } = request;
  const repeated = SAID_ONCE.find((name) => (headers[name]?.length ?? 0) > 1);
  if (repeated !== undefined) throw invalidPart('', 'repeated_header', `Send one header ${repeated}.`);
  if (headers['host'] === undefined && request.httpVersion === '1.1') {
    throw invalidPart('', 'host_missing', 'A request of HTTP/1.1 names its host.');
  }
  const expected = headers['expect']?.join().toLowerCase() ?? CONTINUE;
  if (expected !== CONTINUE) throw invalidPart('', 'expectation', `Expect ${CONTINUE}, or nothing.`);
  // Node removes the last coding, and would pass on the content of another as the body.
  const coding = headers['transfer-encoding']?.join().trim().toLowerCase() ?? CHUNKED;
  if (coding !== CHUNKED) throw new Problem('not_implemented', {}, { Connection: 'close' });
  next();
};

/** The only expectation of HTTP. */
const CONTINUE = '100-continue';
/** The only transfer coding that Node decodes. */
const CHUNKED = 'chunked';

/** Throws idempotency_key_missing, for an empty header too, and invalid_request for an invalid key. */
export function readIdempotencyKey(request: Request): string {
  const key = request.get('Idempotency-Key') === '' ? null : readOptionalIdempotencyKey(request);
  if (key === null) throw new Problem('idempotency_key_missing');
  return key;
}

/** Null: no header. Throws invalid_request for an invalid key, as an empty one is: its sender means to have one. */
export function readOptionalIdempotencyKey(request: Request): string | null {
  // Node joins repeated headers into one text, which would be a third key.
  if ((request.headersDistinct['idempotency-key']?.length ?? 0) > 1) {
    throw invalidPart('', 'idempotency_key', 'Send one Idempotency-Key.');
  }
  const key = request.get('Idempotency-Key');
  if (key === undefined) return null;
  if (!isIdempotencyKey(key)) {
    throw invalidPart('', 'idempotency_key', 'An Idempotency-Key is 1 to 255 printable ASCII characters.');
  }
  return key;
}

/** The wait of `Prefer: wait=N`, in ms; 0: none. It is a preference: an unknown one is ignored. */
export function preferredWaitMs(request: Request): number {
  for (const preference of (request.get('Prefer') ?? '').split(/[,;]/)) {
    const seconds = /^\s*wait\s*=\s*"?(\d+)"?\s*$/i.exec(preference)?.[1];
    if (seconds !== undefined) return Math.min(Number(seconds), MAX_WAIT_SECONDS) * 1_000;
  }
  return 0;
}
