import type { Request, Response } from 'express';
import { CALLS } from '../../contract/calls.ts';
import { notFound } from '../http/problem.ts';
import { pathParameter, route, type Route } from '../http/route.ts';
import type { ConsolePages, Face } from './console-pages.ts';

type Deps = {
  readonly pages: ConsolePages;
  /** Origins that may show the portal in a frame. */
  readonly portalFrameAncestors: readonly string[];
};

/**
 * A file's name ends with its content's hash, so it never changes. Only the custom element has a stable name, for
 * embedding.
 */
const FOREVER = 'public, max-age=31536000, immutable';
const ELEMENT_FILE = 'holdfast-credits.js';
const ELEMENT_CACHING = 'public, max-age=3600';

/**
 * Everything from this origin. `blob:` is for content that a page fetched with its token, which an `img` cannot send.
 * No inline code, and no form target.
 */
function policyFor(frameAncestors: readonly string[]): string {
  return [
    "default-src 'self'",
    "img-src 'self' blob:",
    "media-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${frameAncestors.length === 0 ? "'none'" : frameAncestors.join(' ')}`,
  ].join('; ');
}

/** GET /portal and GET /console: the pages and their files. They hold no account's data: they ask the API. */
export function consolePagesRoutes({ pages, portalFrameAncestors }: Deps): readonly Route[] {
  const html = (face: Face, frameAncestors: readonly string[]) => (request: Request, response: Response) => {
    const page = pages.htmlOf(face);
    if (page === null) throw notFound('page: the console has not been built (npm run build)');
    response
      .set({
        'Content-Security-Policy': policyFor(frameAncestors),
        'Cross-Origin-Opener-Policy': 'same-origin',
        'Cache-Control': 'no-cache',
        'Referrer-Policy': 'no-referrer',
        'X-Content-Type-Options': 'nosniff',
        ...(frameAncestors.length === 0 ? { 'X-Frame-Options': 'DENY' } : {}),
      })
      .type('html')
      // A page names its files from its own address, which lies in their folder when it ends with a slash.
      .send(request.path.endsWith('/') ? page.replaceAll(`="${face}/`, '="') : page);
  };
  const portal = html('portal', portalFrameAncestors);
  const support = html('console', []);
  const file = ({ request, response }: { readonly request: Request; readonly response: Response }) => {
    sendFile(pages, request, response);
  };
  return [
    route(CALLS.readPortal, { handle: ({ request, response }) => portal(request, response) }),
    route(CALLS.readConsole, { handle: ({ request, response }) => support(request, response) }),
    route(CALLS.readPortalFile, { handle: file }),
    route(CALLS.readConsoleFile, { handle: file }),
  ];
}

function sendFile(pages: ConsolePages, request: Request, response: Response): void {
  const name = pathParameter(request, 'file');
  const found = pages.file(name);
  if (found === undefined) throw notFound('page');
  const isElement = name === ELEMENT_FILE;
  response.vary('Accept-Encoding').set({
    'Cache-Control': isElement ? ELEMENT_CACHING : FOREVER,
    'Cross-Origin-Resource-Policy': isElement ? 'cross-origin' : 'same-origin',
    'Content-Type': `${found.type}; charset=utf-8`,
    'X-Content-Type-Options': 'nosniff',
  });
  if (request.acceptsEncodings('gzip') === false) response.send(found.text);
  else response.set('Content-Encoding', 'gzip').send(found.gzip);
}
