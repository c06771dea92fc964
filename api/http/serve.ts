import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { BadRequestResponder } from './request/bad-request.ts';

/** A whole request has to be here in this time: 1 MiB at the speed of a bad phone line. */
const REQUEST_TIMEOUT_MS = 30_000;
const HEADERS_TIMEOUT_MS = 10_000;
/** Longer than the idle time of the usual load balancers (60 s), so that they never write to a socket we are closing. */
const KEEP_ALIVE_MS = 65_000;
/** How long requests under way may finish. */
const DRAIN_MS = 10_000;
const IDLE_SWEEP_MS = 50;

export type HttpServer = { readonly port: number; readonly stop: () => Promise<void> };

/**
 * Listens, then asks for the listener: it may want to know the port. `stop` takes no new connections and no new requests
 * on the old ones, lets what is under way finish, and cuts off what has not after 10 s.
 */
export async function serve(
  address: { readonly host: string; readonly port: number },
  listenerFor: (port: number) => RequestListener,
  badRequestResponderFor: (port: number) => BadRequestResponder = () => (_error, socket) => socket.destroy(),
): Promise<HttpServer> {
  const server = createServer({
    requestTimeout: REQUEST_TIMEOUT_MS,
    headersTimeout: HEADERS_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
  });
  let isStopping = false;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.port, address.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { port } = server.address() as AddressInfo;
  const listener = listenerFor(port);
  const respondToBadRequest = badRequestResponderFor(port);
  const lastOf = new WeakMap<Duplex, ServerResponse>();
  server.on('clientError', (error, socket) => {
    respondToBadRequest(error, socket, lastOf.get(socket));
  });
  server.on('request', (request, response) => {
    lastOf.set(request.socket, response);
    if (isStopping) response.setHeader('Connection', 'close');
    listener(request, response);
  });
  return {
    port,
    stop: () => {
      isStopping = true;
      return drain(server);
    },
  };
}

async function drain(server: Server): Promise<void> {
  const cutOff = setTimeout(() => {
    server.closeAllConnections();
  }, DRAIN_MS);
  // A connection that was promised to be kept alive before we began to stop becomes idle, not closed.
  const sweep = setInterval(() => {
    server.closeIdleConnections();
  }, IDLE_SWEEP_MS);
  await new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
  });
  clearTimeout(cutOff);
  clearInterval(sweep);
}
