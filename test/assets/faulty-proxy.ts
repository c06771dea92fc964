import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { listenLocally } from '../harness/local-server.ts';

/** The fault of one request on its way to the S3 server. */
export type Fault =
  | { readonly does: 'pass' }
  /** The server's refusal, without asking the server. */
  | {
      readonly does: 'refuse';
      readonly status: number;
      readonly code: string;
      readonly headers?: Record<string, string>;
    }
  /** The connection is cut when so many bytes of the body have gone through. */
  | { readonly does: 'cut'; readonly afterBytes: number }
  /** The server does it, and its response is lost. */
  | { readonly does: 'lose_response' }
  /** One byte of the body is another when it arrives. */
  | { readonly does: 'change_byte' }
  /** A header of the response is another. */
  | { readonly does: 'change_header'; readonly name: string; readonly value: string }
  /** Half of a response's body, and then the connection is cut. */
  | { readonly does: 'cut_response'; readonly afterBytes: number };

export type SeenRequest = { readonly method: string; readonly path: string; readonly hasBody: boolean };

export type FaultyProxy = {
  readonly url: string;
  readonly seen: readonly SeenRequest[];
  readonly close: () => Promise<void>;
};

/** Stands between a store and the S3 server. The signed Host header is passed on as it was sent. */
export async function startFaultyProxy(
  target: string,
  faultOf: (request: SeenRequest) => Fault,
): Promise<FaultyProxy> {
  const seen: SeenRequest[] = [];
  const server = createServer();
  const handle = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const one = {
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      hasBody: Number(incoming.headers['content-length'] ?? 0) > 0,
    };
    seen.push(one);
    const fault = faultOf(one);
    if (fault.does === 'refuse') refuse(fault, outgoing);
    else forward(target, incoming, outgoing, fault);
  };
  server.on('request', handle);
  server.on('checkContinue', (incoming: IncomingMessage, outgoing: ServerResponse) => {
    outgoing.writeContinue();
    handle(incoming, outgoing);
  });
  const { url, close } = await listenLocally(server);
  return {
    url,
    seen,
    close,
  };
}

function refuse(fault: Fault & { does: 'refuse' }, outgoing: ServerResponse): void {
  const body = `<?xml version="1.0"?><Error><Code>${fault.code}</Code><Message>told to</Message></Error>`;
  outgoing.writeHead(fault.status, {
    'content-type': 'application/xml',
    connection: 'close',
    ...fault.headers,
  });
  outgoing.end(body);
}

function forward(target: string, incoming: IncomingMessage, outgoing: ServerResponse, fault: Fault): void {
  const { hostname, port } = new URL(target);
  const { expect: _expect, ...headers } = incoming.headers;
  const onward = request({
    hostname,
    port,
    method: incoming.method,
    path: incoming.url,
    headers,
    agent: false,
  });
  const cut = () => {
    onward.destroy();
    incoming.socket.destroy();
  };
  onward.on('error', () => incoming.socket.destroy());
  let passed = 0;
  incoming.on('data', (chunk: Buffer) => {
    if (fault.does === 'cut' && passed + chunk.length > fault.afterBytes) {
      onward.write(chunk.subarray(0, fault.afterBytes - passed), cut);
      incoming.pause();
      return;
    }
    if (fault.does === 'change_byte' && passed === 0) chunk[0] = (chunk[0] ?? 0) ^ 1;
    passed += chunk.length;
    if (!onward.write(chunk)) {
      incoming.pause();
      onward.once('drain', () => incoming.resume());
    }
  });
  incoming.on('end', () => onward.end());
  onward.on('response', (response) => {
    if (fault.does === 'lose_response') {
      response.resume().on('end', cut);
      return;
    }
    const changed = fault.does === 'change_header' ? { [fault.name]: fault.value } : {};
    outgoing.writeHead(response.statusCode ?? 502, { ...response.headers, ...changed });
    if (fault.does !== 'cut_response') {
      response.pipe(outgoing);
      return;
    }
    let sent = 0;
    response.on('data', (chunk: Buffer) => {
      outgoing.write(chunk.subarray(0, Math.max(0, fault.afterBytes - sent)));
      sent += chunk.length;
      if (sent > fault.afterBytes) setTimeout(cut, 50);
    });
  });
}
