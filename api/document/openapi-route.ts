import { CALLS } from '../../contract/calls.ts';
import type { RequestRules } from '../../contract/job-request/parse-job-request.ts';
import { entityTagOf, matchesETag } from '../http/entity-tag.ts';
import { route, type Route } from '../http/route.ts';
import { buildDocument } from './build-document.ts';

/** GET /openapi.json: the document of this deployment. Made for its first reader, and kept. */
export function openApiRoute({ rules }: { readonly rules: Pick<RequestRules, 'catalogue'> }): Route {
  let made: { readonly text: string; readonly etag: string } | null = null;
  const make = () => {
    const text = JSON.stringify(buildDocument(rules.catalogue));
    return { text, etag: entityTagOf(text) };
  };
  return route(CALLS.readOpenApi, {
    handle({ request, response }) {
      const { text, etag } = (made ??= make());
      response.set({ ETag: etag, 'Cache-Control': 'public, no-cache' });
      if (matchesETag(request.get('If-None-Match'), etag)) response.status(304).end();
      else response.type('application/json').send(text);
    },
  });
}
