import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { CALLS } from '../../contract/calls.ts';
import { route, type Route } from '../http/route.ts';

/** The page that describes every call; the build copies it beside the compiled code. */
const PAGE_FILE = path.join(import.meta.dirname, '..', '..', 'docs', 'http-api.md');
export const PAGE_PATH = CALLS.readPage.path;

/** GET /: what this is and where it is described. GET /http-api.md: the description. */
export function documentationRoutes(): readonly Route[] {
  return [
    route(CALLS.readFront, {
      handle({ response }) {
        response.json({ name: 'Holdfast', documentation: PAGE_PATH });
      },
    }),
    route(CALLS.readPage, {
      async handle({ response }) {
        response.type('text/markdown').send(await readFile(PAGE_FILE));
      },
    }),
  ];
}
