import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';

/** Headers of a connection, which are not forwarded. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'host']);

/**
 * Forwards a request to the API, and streams its response back; a stream of events too. 502: the API does not respond.
 */
export function forwardRequest(
  request: IncomingMessage,
  response: ServerResponse,
  to: { readonly apiUrl: string; readonly headers: IncomingMessage['headers'] },
): void {
  const { hostname, port } = new URL(to.apiUrl);
  const { method, url: path } = request;
  const asked = httpRequest({ hostname, port, method, path, headers: endToEnd(to.headers) }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers));
    // The page takes a stream for open once it has the head.
    response.flushHeaders();
    pipeline(answer, response, () => undefined);
  });
  asked.on('error', () => {
    if (response.headersSent) response.destroy();
    else response.writeHead(502).end();
  });
  response.on('close', () => asked.destroy());
  pipeline(request, asked, () => undefined);
}

function endToEnd(headers: IncomingMessage['headers']): IncomingMessage['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name)));
}
