import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { CALLS } from '../../contract/calls.ts';
import { notFound } from '../http/problem.ts';
import { pathParameter, route, type Route } from '../http/route.ts';

/** The page that describes every call; the build copies it beside the compiled code. */
const PAGE_FILE = path.join(import.meta.dirname, '..', '..', 'docs', 'http-api.md');
export const DOCS_PATH = CALLS.readDocs.path;

const VIEWER = createRequire(import.meta.url);

/** The addresses are relative: the API may be served below a path. There is no inline script. */
const DOCS_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Holdfast API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="viewer"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
`;

/** A typed key stays in the page's memory, and is sent to this API alone. */
const START_SCRIPT = `SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#viewer',
  deepLinking: true,
  docExpansion: 'list',
  persistAuthorization: false,
  validatorUrl: null,
});
`;

/** Scripts, styles and requests of this origin, and the viewer's own pictures, which its style contains. */
const DOCS_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const FILES: Readonly<
  Record<string, { readonly type: string; readonly read: () => Promise<Buffer | string> }>
> = {
  'swagger-ui-bundle.js': { type: 'text/javascript', read: () => readViewer('swagger-ui-bundle.js') },
  'swagger-ui.css': { type: 'text/css', read: () => readViewer('swagger-ui.css') },
  'start.js': { type: 'text/javascript', read: () => Promise.resolve(START_SCRIPT) },
};

function readViewer(file: string): Promise<Buffer> {
  return readFile(VIEWER.resolve(`swagger-ui-dist/${file}`));
}

/**
 * GET /: links to the documents. GET /docs: the OpenAPI document as pages. GET /http-api.md: the description in prose.
 */
export function documentationRoutes(): readonly Route[] {
  return [
    route(CALLS.readFront, {
      handle({ response }) {
        response.json({ name: 'Holdfast', documentation: DOCS_PATH, openapi: CALLS.readOpenApi.path });
      },
    }),
    route(CALLS.readDocs, {
      handle({ response }) {
        response
          .set({
            'Content-Security-Policy': DOCS_POLICY,
            'Referrer-Policy': 'no-referrer',
            'X-Content-Type-Options': 'nosniff',
          })
          .type('html')
          .send(DOCS_PAGE);
      },
    }),
    route(CALLS.readDocsFile, {
      async handle({ request, response }) {
        const name = pathParameter(request, 'file');
        const file = Object.hasOwn(FILES, name) ? FILES[name] : undefined;
        if (file === undefined) throw notFound('page');
        response
          .set({ 'Cache-Control': 'public, max-age=3600', 'X-Content-Type-Options': 'nosniff' })
          .type(file.type)
          .send(await file.read());
      },
    }),
    route(CALLS.readPage, {
      async handle({ response }) {
        response.type('text/markdown').send(await readFile(PAGE_FILE));
      },
    }),
  ];
}
