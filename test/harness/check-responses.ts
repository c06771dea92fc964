import type { RequestListener, ServerResponse } from 'node:http';
import { recordResponse } from './record-response.ts';
import { matchDocument, type Received } from './match-document.ts';
import { matchShape } from './match-shape.ts';

/** Longer than any JSON of ours in a test; what is longer is not held whole. */
const MAX_TEXT_BYTES = 8_388_608;

/**
 * Serves as the listener does, and holds every response against contract and document as it leaves, to whichever client: by `fetch`, by a raw socket, in
 * another process or another language. `faults` fills with what was wrong: no client can swallow it.
 */
export function checkResponses(listener: RequestListener, faults: string[]): RequestListener {
  return (request, response) => {
    // Express changes what it is given while it looks for the route.
    const asked = { method: request.method ?? 'GET', path: request.url ?? '/' };
    const text = textOf(response);
    // One that is broken off says nothing.
    response.once('finish', () => {
      try {
        record(asked, response, text());
      } catch (error) {
        faults.push(error instanceof Error ? error.message : String(error));
      }
    });
    listener(request, response);
  };
}

function record(
  request: { readonly method: string; readonly path: string },
  response: ServerResponse,
  text: string | null,
): void {
  const headers = new Headers();
  for (const [name, value] of Object.entries(response.getHeaders())) {
    for (const one of [value ?? []].flat()) headers.append(name, String(one));
  }
  const name = checkResponse(request, { status: response.statusCode, headers, text });
  if (name !== undefined) recordResponse(name, response.statusCode);
}

/**
 * Holds a response against contract and document, as its client has it: for an API in a process of its own. Returns the name of the call, if it is
 * one of the contract's. Throws an Error that names all faults.
 */
export function checkResponse(
  request: { readonly method: string; readonly path: string },
  { status, headers, text }: Received,
): ReturnType<typeof matchShape> {
  const contentType = headers.get('content-type');
  const isJson = isJsonType(contentType);
  const name = matchShape(request, { status, contentType, text: text ?? '' });
  if (name !== undefined) matchDocument(name, { status, headers, text: isJson || text === '' ? text : null });
  return name;
}

const isJsonType = (contentType: string | null) => /^application\/(?:problem\+)?json/.test(contentType ?? '');

/** The body where it is JSON, as far as it was sent; empty where there is none; null of any other, which may be without end. */
function textOf(response: ServerResponse): () => string | null {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const isJson = () => isJsonType(String(response.getHeader('content-type')));
  const keep = (chunk: unknown) => {
    if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) return;
    bytes += chunk.length;
    if (isJson() && bytes <= MAX_TEXT_BYTES) chunks.push(Buffer.from(chunk as string));
  };
  for (const name of ['write', 'end'] as const) {
    const send = response[name].bind(response) as (...given: unknown[]) => never;
    response[name] = (...given: unknown[]) => {
      keep(given[0]);
      return send(...given);
    };
  }
  return () =>
    bytes === 0 || response.req.method === 'HEAD' ? '' : isJson() ? Buffer.concat(chunks).toString() : null;
}
