import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import { createHeldBodies } from './held-bodies.ts';
import { beginState } from './request-state.ts';

/** A caller's request id is kept if it is one token of a log line. */
const CALLERS_OWN = /^[A-Za-z0-9._-]{8,128}$/;

export function drawRequestId(): string {
  return `req_${randomUUID().replaceAll('-', '')}`;
}

/** The memory for incomplete bodies: ten thousand slow ones, of one or four MiB each, would exhaust it. */
const MOST_BODY_BYTES = 128 * 1_048_576;

/** Gives every request an id, which every response has. */
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
