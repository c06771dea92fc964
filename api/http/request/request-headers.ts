import type { Request, RequestHandler } from 'express';
import { isIdempotencyKey } from '../../../contract/idempotency-key.ts';
import { invalidPart, Problem } from '../problem.ts';

/** docs/http-api.md: a longer wait is taken as this. Under the minute after which most proxies cut a silent request. */
const MAX_WAIT_SECONDS = 55;

/** What a request says once. Of two, one reader takes the first and another the last. */
const SAID_ONCE = ['host', 'authorization', 'content-type', 'holdfast-account', 'holdfast-actor'] as const;

/**
 * Refuses what is not clear before anything is read of it: a header that stands for one thing and is there twice, no host at all (RFC 9112, 3.2),
 * an expectation that is not known. Throws the problem invalid_request; not_implemented for a body in a coding that is not known (RFC 9112, 6.1).
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
  // Node takes off the last coding, and would hand on what is under another as if it were the body.
  const coding = headers['transfer-encoding']?.join().trim().toLowerCase() ?? CHUNKED;
  if (coding !== CHUNKED) throw new Problem('not_implemented', {}, { Connection: 'close' });
  next();
};

/** The one expectation that HTTP knows. */
const CONTINUE = '100-continue';
/** The one transfer coding that Node reads. */
const CHUNKED = 'chunked';

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
