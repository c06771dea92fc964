import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { listen } from '../../runtime/listen.ts';
import type { BadRequestResponder } from './request/bad-request.ts';

/** The limits of a connection, in milliseconds. A slower client, or one that went away silently, is cut off. */
type ConnectionLimits = {
  /** Until the headers have arrived, also of a connection that has sent nothing. */
  readonly headersMs: number;
  /** Until the whole request has arrived. */
  readonly requestMs: number;
  /** Without a byte of the response moving: its reader takes nothing. */
  readonly stalledMs: number;
  /** How often the first two are checked. Node's 30 s would give a client three times its limit. */
  readonly checkEveryMs: number;
  /** How long requests under way may finish once the server stops. */
  readonly drainMs: number;
};
const LIMITS: ConnectionLimits = {
  headersMs: 10_000,
  // 1 MiB over a bad phone line.
  requestMs: 30_000,
  // Longer than the longest silence of a response: a Prefer: wait of 55 s, and the time of a response.
  stalledMs: 75_000,
  checkEveryMs: 1_000,
  drainMs: 10_000,
};
/** Far more than there are places to watch from; further connections are closed at once. */
const MAX_CONNECTIONS = 10_000;
/** Longer than the idle time of common load balancers (60 s), so that they never write to a socket that is closing. */
const KEEP_ALIVE_MS = 65_000;
const IDLE_SWEEP_MS = 50;

export type HttpServer = {
  readonly port: number;
  /** Serves on, but closes each connection after its next response, so that a proxy opens no more to this process. */
  readonly announceStop: () => void;
  readonly stop: () => Promise<void>;
};

/**
 * Listens, then creates the listener, which may need the port. Throws StartFault if it cannot listen. `stop` takes no new connections or requests, lets
 * current ones finish, and cuts off the rest after 10 s.
 */
export async function serve(
  address: { readonly host: string; readonly port: number },
  listenerFor: (port: number) => RequestListener,
  badRequestResponderFor: (port: number) => BadRequestResponder = () => (_error, socket) => socket.destroy(),
  limits: ConnectionLimits = LIMITS,
): Promise<HttpServer> {
  const server = createServer({
    requestTimeout: limits.requestMs,
    headersTimeout: limits.headersMs,
    connectionsCheckingInterval: limits.checkEveryMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // Node would refuse it without a body; the listener says why.
    requireHostHeader: false,
  });
  server.setTimeout(limits.stalledMs);
  server.maxConnections = MAX_CONNECTIONS;
  let isStopping = false;
  await listen(server, address, 'API_HOST and API_PORT');
  const { port } = server.address() as AddressInfo;
  const listener = listenerFor(port);
  const respondToBadRequest = badRequestResponderFor(port);
  const lastOf = new WeakMap<Duplex, ServerResponse>();
  server.on('clientError', (error, socket) => {
    respondToBadRequest(error, socket, lastOf.get(socket));
  });
  const respond: RequestListener = (request, response) => {
    lastOf.set(request.socket, response);
    if (isStopping) response.setHeader('Connection', 'close');
    listener(request, response);
  };
  server.on('request', respond);
  // The same for an unknown expectation.
  server.on('checkExpectation', respond);
  return {
    port,
    announceStop: () => {
      isStopping = true;
    },
    stop: () => {
      isStopping = true;
      return drain(server, limits.drainMs);
    },
  };
}

async function drain(server: Server, drainMs: number): Promise<void> {
  const cutOff = setTimeout(() => {
    server.closeAllConnections();
  }, drainMs);
  // A kept-alive connection becomes idle after the last response, and is not closed by itself.
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
