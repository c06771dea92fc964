import { entityTagOf, matchesETag } from './entity-tag.ts';
import type { AccountExchange } from './route.ts';
import { varyByCaller } from './vary-by-caller.ts';

/**
 * Sends JSON with its tag; 304 without a body when the reader (GET or HEAD) has it already. The headers are the same.
 */
export function sendTagged(
  { request, response }: Pick<AccountExchange, 'request' | 'response'>,
  shown: object,
  status: 200 | 202 = 200,
): void {
  const text = JSON.stringify(shown);
  const etag = entityTagOf(text);
  varyByCaller(response);
  response.set({ ETag: etag, 'Cache-Control': 'private, no-cache' });
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (isRead && matchesETag(request.get('If-None-Match'), etag)) {
    response.status(304).end();
    return;
  }
  response.status(status).type('application/json').send(text);
}
