import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import { beginState } from './request-state.ts';

/** A caller's own request id is kept when it is one token of a log line. */
const CALLERS_OWN = /^[A-Za-z0-9._-]{8,128}$/;

export function drawRequestId(): string {
  return `req_${randomUUID().replaceAll('-', '')}`;
}

/** Gives every request an id, and says it in every answer. */
export function identifyRequests(now: () => number): RequestHandler {
  return (request, response, next) => {
    const given = request.get('X-Request-Id') ?? request.get('Request-Id') ?? '';
    const requestId = CALLERS_OWN.test(given) ? given : drawRequestId();
    beginState(response, {
      requestId,
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
