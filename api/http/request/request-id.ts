import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import { createHeldBodies } from './held-bodies.ts';
import { beginState } from './request-state.ts';

/** A caller's own request id is kept when it is one token of a log line. */
const CALLERS_OWN = /^[A-Za-z0-9._-]{8,128}$/;

export function drawRequestId(): string {
  return `req_${randomUUID().replaceAll('-', '')}`;
}

/** Of bodies that are not whole yet: ten thousand slow ones, of a mebibyte or four each, would be more than the memory. */
const MOST_BODY_BYTES = 128 * 1_048_576;

/** Gives every request an id, and says it in every answer. */
export function identifyRequests(now: () => number, mostBodyBytes = MOST_BODY_BYTES): RequestHandler {
  const bodies = createHeldBodies(mostBodyBytes);
  return (request, response, next) => {
    const given = request.get('X-Request-Id') ?? request.get('Request-Id') ?? '';
    const requestId = CALLERS_OWN.test(given) ? given : drawRequestId();
    beginState(response, {
      requestId,
      bodies,
      startedAt: now(),
      billed: 'no',
      isGivenUp: false,
      route: null,
      problemCode: null,
      keyId: null,
      accountId: null,
      jobId: null,
      extendMs: () => undefined,
    });
    response.set({ 'X-Request-Id': requestId, 'Request-Id': requestId, 'X-Content-Type-Options': 'nosniff' });
    next();
  };
}
