import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { BadRequestResponder } from './request/bad-request.ts';

/** What a connection may take, in milliseconds. A client that is slower, or gone without saying so, is cut off. */
export type ConnectionLimits = {
  /** Until the headers are here; of a connection that has sent nothing yet too. */
  readonly headersMs: number;
  /** Until the whole request is here. */
  readonly requestMs: number;
  /** Without a byte that moves while a response is under way: its reader takes nothing. */
  readonly stalledMs: number;
  /** How often the first two are looked at. Node's own 30 s would let a client have three times its limit. */
  readonly checkEveryMs: number;
};
const LIMITS: ConnectionLimits = {
  headersMs: 10_000,
  // 1 MiB at the speed of a bad phone line.
  requestMs: 30_000,
  // Longer than the longest silence of a response: a Prefer: wait of 55 s, and the time that an answer may take.
  stalledMs: 75_000,
  checkEveryMs: 1_000,
};
/** Far more than there are places to watch from; beyond it a new connection is closed at once. */
const MAX_CONNECTIONS = 10_000;
/** Longer than the idle time of the usual load balancers (60 s), so that they never write to a socket we are closing. */
const KEEP_ALIVE_MS = 65_000;
/** How long requests under way may finish. */
const DRAIN_MS = 10_000;
const IDLE_SWEEP_MS = 50;

export type HttpServer = {
  readonly port: number;
  /** Serves on, and closes each connection after its next response, so that a proxy opens no more to a process that will end. */
  readonly announceStop: () => void;
  readonly stop: () => Promise<void>;
};

/**
 * Listens, then asks for the listener: it may want to know the port. `stop` takes no new connections and no new requests
 * on the old ones, lets what is under way finish, and cuts off what has not after 10 s.
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
    // Node would refuse one without a word; the listener says why.
    requireHostHeader: false,
  });
  server.setTimeout(limits.stalledMs);
  server.maxConnections = MAX_CONNECTIONS;
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
  const respond: RequestListener = (request, response) => {
    lastOf.set(request.socket, response);
    if (isStopping) response.setHeader('Connection', 'close');
    listener(request, response);
  };
  server.on('request', respond);
  // Likewise of one that expects what is not known.
  server.on('checkExpectation', respond);
  return {
    port,
    announceStop: () => {
      isStopping = true;
    },
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
