import type { IncomingMessage, ServerResponse } from 'node:http';

export type Exchange = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The address by which the client reached us. Links begin with its origin. */
  readonly url: URL;
};

type ReadBody =
  | { readonly outcome: 'read'; readonly body: unknown }
  | { readonly outcome: 'too_large' }
  | { readonly outcome: 'not_json' };

/** Reads a body; null: it is longer than `maxBytes`. Rejects when the connection breaks. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Reads a JSON body of at most `maxBytes`. Rejects when the connection breaks. */
export async function readJsonBody(request: IncomingMessage, maxBytes: number): Promise<ReadBody> {
  const body = await readBody(request, maxBytes);
  if (body === null) return { outcome: 'too_large' };
  try {
    return { outcome: 'read', body: JSON.parse(body.toString('utf8')) as unknown };
  } catch {
    return { outcome: 'not_json' };
  }
}

export function sendJson(
  { response }: Exchange,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

/** Sends an error: a code to act on, and a message to read. */
export function sendError(
  exchange: Exchange,
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  sendJson(exchange, status, { error: { code, message } }, headers);
}
