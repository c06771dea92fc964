import { createServer, type IncomingMessage } from 'node:http';
import { shapeOf, type Shape } from './answer-shape.ts';
import { listenLocally } from '../harness/local-server.ts';

/** An answer that was seen: to which request, ids left out, and what its JSON is made of. */
export type SeenAnswer = { readonly request: string; readonly status: number; readonly shape: Shape };

type RecordingProxy = {
  readonly url: string;
  readonly seen: readonly SeenAnswer[];
  readonly close: () => Promise<void>;
};

/** Of a connection, or made anew for the next one. */
const NOT_PASSED_ON = ['host', 'connection', 'content-length', 'accept-encoding', 'transfer-encoding'];

/**
 * Stands between an adapter and its service, passes everything on, and notes what the responses are made of: no value of them, and no header.
 * Links to the service lead back here, so that the adapter goes on asking here.
 */
export async function startRecordingProxy(serviceUrl: string): Promise<RecordingProxy> {
  const { origin } = new URL(serviceUrl);
  const seen: SeenAnswer[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const answer = await passOn(origin, request);
      const own = `http://${request.headers.host ?? ''}`;
      const text = (await answer.text()).replaceAll(origin, own);
      seen.push({
        request: `${request.method ?? ''} ${withoutIds(request.url ?? '')}`,
        status: answer.status,
        shape: shapeOf(parseJson(text)),
      });
      response.writeHead(answer.status, {
        'content-type': answer.headers.get('content-type') ?? 'text/plain',
      });
      response.end(text);
    })().catch(() => request.socket.destroy());
  });
  const { url, close } = await listenLocally(server);
  return {
    url,
    seen,
    close,
  };
}

async function passOn(origin: string, request: IncomingMessage): Promise<Response> {
  const body = Buffer.concat((await request.toArray()) as Buffer[]);
  const headers = Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
    NOT_PASSED_ON.includes(name) || typeof value !== 'string' ? [] : [[name, value]],
  );
  return fetch(`${origin}${request.url ?? ''}`, {
    method: request.method ?? 'GET',
    headers,
    redirect: 'manual',
    ...(body.length === 0 ? {} : { body }),
  });
}

/** A part of a path that has a digit and is longer than a word is an id. */
function withoutIds(url: string): string {
  const [path = ''] = url.split('?');
  return path.replaceAll(/\/(?=[^/]*\d)[^/.]{8,}/g, '/{id}');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
