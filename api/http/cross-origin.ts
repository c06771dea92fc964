import type { Request, RequestHandler, Response } from 'express';

/** The response headers that a page may read. */
const EXPOSED_HEADERS = [
  'Accept-Ranges',
  'Content-Disposition',
  'Content-Range',
  'ETag',
  'Idempotent-Replayed',
  'Location',
  'Preference-Applied',
  'RateLimit',
  'RateLimit-Policy',
  'Request-Id',
  'Retry-After',
  'X-Request-Id',
];

/** The request headers that a page may send. */
const REQUEST_HEADERS = [
  'Accept',
  'Authorization',
  'Content-Type',
  'Holdfast-Account',
  'Holdfast-Actor',
  'Idempotency-Key',
  'If-None-Match',
  'If-Range',
  'Last-Event-ID',
  'Prefer',
  'Range',
  'X-Request-Id',
];

/** How long browsers cache a preflight: their maximum. */
const PREFLIGHT_SECONDS = 7_200;

/**
 * Lets pages of these origins read responses, problems too. A page sends its key in a header; cookies are not used.
 * Browsers keep responses from pages of other origins.
 */
export function allowOrigins(origins: readonly string[]): RequestHandler {
  const allowed = new Set(origins);
  return (request, response, next) => {
    if (allowed.size > 0) response.vary('Origin');
    const origin = request.get('Origin');
    if (origin !== undefined && allowed.has(origin)) {
      response.set({
        'Access-Control-Allow-Origin': origin,
        'Access-Control-Expose-Headers': EXPOSED_HEADERS.join(', '),
      });
    }
    next();
  };
}

/** OPTIONS of a path: its methods, and for an allowed origin the headers it may send. */
export function sendOptions(request: Request, response: Response, methods: string): void {
  response.set('Allow', methods);
  const isPreflight = request.get('Access-Control-Request-Method') !== undefined;
  if (isPreflight && response.hasHeader('Access-Control-Allow-Origin')) {
    response.set({
      'Access-Control-Allow-Methods': methods,
      'Access-Control-Allow-Headers': REQUEST_HEADERS.join(', '),
      'Access-Control-Max-Age': String(PREFLIGHT_SECONDS),
    });
  }
  response.status(204).end();
}
