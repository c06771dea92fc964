import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { z } from 'zod';
import { FAULT_NAMES, START_NAMES, type SandboxRefusal } from '../../console/sandbox/sandbox-wire.ts';
import { forwardRequest } from './forward-request.ts';
import { hasToken, isForThisMachine } from './guard-request.ts';
import { ActRefused, type SandboxActs } from './sandbox-acts.ts';
import { PAGE_HEADERS, type SandboxPage } from './sandbox-page.ts';
import type { WebhookRelay } from './webhook-relay.ts';

type Deps = {
  readonly port: number;
  readonly token: string;
  readonly apiUrl: string;
  readonly acts: SandboxActs;
  readonly relay: WebhookRelay;
  readonly page: () => Promise<SandboxPage>;
};

const FOREVER = 'public, max-age=31536000, immutable';
const ACT = z.strictObject({ name: z.enum([...START_NAMES, ...FAULT_NAMES]) });
/** The body of an act is its name. */
const MAX_BODY_BYTES = 1_000;

/**
 * Returns the server of the sandbox. Its page needs no token, all else does. Reads go to the API with a token that can
 * read one account. Acts are done here, in the process that started the others.
 */
export function createSandboxServer(deps: Deps): Server {
  return createServer((request, response) => {
    for (const [name, value] of Object.entries(PAGE_HEADERS)) response.setHeader(name, value);
    handle(deps, request, response).catch((error: unknown) => {
      refuse(response, 503, error instanceof Error ? error.message : String(error));
    });
  });
}

async function handle(deps: Deps, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { port, token, relay, apiUrl } = deps;
  const [path = '/'] = (request.url ?? '/').split('?');
  if (!isForThisMachine(request, port)) {
    refuse(response, 421, 'This server is for 127.0.0.1 and localhost.');
    return;
  }
  // Without a token: the model service signs webhooks, and the API verifies them.
  if (relay.takes(path)) relay.handle(request, response, apiUrl);
  else if (path === '/' || path === '/sandbox' || path.startsWith('/sandbox/'))
    await sendPage(deps, path, response);
  else if (!hasToken(request, token))
    refuse(response, 401, 'The token is missing, or is not that of this stack.');
  else if (path.startsWith('/control/')) await control(deps, request, response);
  else if (path.startsWith('/v1/') && request.method === 'GET') await readFromApi(deps, request, response);
  else refuse(response, 404, 'There is no such address.');
}

async function sendPage({ page }: Deps, path: string, response: ServerResponse): Promise<void> {
  if (path === '/') {
    response.writeHead(302, { location: '/sandbox' }).end();
    return;
  }
  const { html, files } = await page();
  if (path === '/sandbox') {
    response
      .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' })
      .end(html);
    return;
  }
  const file = files.get(path.slice('/sandbox/'.length));
  if (file === undefined) {
    refuse(response, 404, 'There is no such file.');
    return;
  }
  response
    .writeHead(200, {
      'content-type': `${file.type}; charset=utf-8`,
      'content-encoding': 'gzip',
      'cache-control': FOREVER,
    })
    .end(file.gzip);
}

async function control({ acts }: Deps, request: IncomingMessage, response: ServerResponse): Promise<void> {
  switch (`${request.method ?? ''} ${request.url ?? ''}`) {
    case 'GET /control/state':
      sendJson(response, 200, await acts.state());
      return;
    case 'POST /control/accounts':
      await acts.renewAccount();
      sendJson(response, 201, await acts.state());
      return;
    case 'POST /control/acts':
      await beginAct(acts, request, response);
      return;
    default:
      refuse(response, 404, 'There is no such address.');
  }
}

async function beginAct(
  acts: SandboxActs,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!(Number(request.headers['content-length']) <= MAX_BODY_BYTES)) {
    refuse(response, 413, 'The body is too large, or of unknown length.');
    return;
  }
  const asked = ACT.safeParse(await json(request).catch(() => null));
  if (!asked.success) {
    refuse(response, 400, 'There is no such thing to do.');
    return;
  }
  try {
    sendJson(response, 202, acts.begin(asked.data.name));
  } catch (error) {
    if (!(error instanceof ActRefused)) throw error;
    refuse(response, 409, error.message);
  }
}

async function readFromApi(
  { acts, apiUrl }: Deps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { readToken } = await acts.account();
  const { accept, 'last-event-id': last } = request.headers;
  forwardRequest(request, response, {
    apiUrl,
    headers: {
      authorization: `Bearer ${readToken}`,
      ...(accept === undefined ? {} : { accept }),
      ...(last === undefined ? {} : { 'last-event-id': last }),
    },
  });
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    .end(JSON.stringify(body));
}

function refuse(response: ServerResponse, status: number, detail: string): void {
  if (response.headersSent) response.destroy();
  else sendJson(response, status, { detail } satisfies SandboxRefusal);
}
