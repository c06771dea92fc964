import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StartFault } from '../domain/start-fault.ts';
import { assembleService, type ServiceDependencies } from './assemble-service.ts';
import { sendError, type Exchange } from './http/http-exchange.ts';
import { routeRequest } from './http/route-request.ts';
import type { ServiceState } from './service-state.ts';

export type ModelServiceDependencies = ServiceDependencies & {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
};

type ModelService = {
  readonly url: string;
  /** Stops listening and working. The next start resumes unfinished predictions. */
  close(): Promise<void>;
};

/**
 * Starts the service, which takes the place of Replicate or fal. Rejects with StartFault when the port is taken or the folder unusable.
 */
export async function createModelService(dependencies: ModelServiceDependencies): Promise<ModelService> {
  const service = assembleService(dependencies);
  const server = createServer(listenerFor(service.state, dependencies));
  const url = await listen(server, dependencies.host, dependencies.port);
  service.resume(url);
  return {
    url,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await Promise.all([closed, service.close()]);
    },
  };
}

function listenerFor(
  state: ServiceState,
  { apiKey, onError }: Pick<ServiceDependencies, 'apiKey' | 'onError'>,
): Parameters<typeof createServer>[1] {
  return (request, response) => {
    // Links begin with the host name that the client used.
    const url = new URL(request.url ?? '/', `http://${request.headers.host ?? 'localhost'}`);
    const exchange = { request, response, url };
    if (!mayCall(exchange, apiKey)) {
      sendError(exchange, 401, 'unauthorized', 'Send the key as a bearer token.');
      return;
    }
    routeRequest(exchange, state).catch((error: unknown) => {
      // The client closed the connection, which is not our error.
      if (request.destroyed && !request.complete) return;
      onError(error);
      if (!response.headersSent) sendError(exchange, 500, 'internal', 'Something broke.');
    });
  };
}

/** A link needs no key, since it is signed, and a health check needs none. */
const OPEN_TO_ALL = /^\/(files\/|healthz$)/;

function mayCall({ request, url }: Exchange, apiKey: string | null): boolean {
  if (apiKey === null || OPEN_TO_ALL.test(url.pathname)) return true;
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(request.headers.authorization ?? ''), digest(`Bearer ${apiKey}`));
}

function listen(server: Server, host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const fault = `Cannot listen at ${host}:${String(port)}: ${error.message}.`;
      reject(new StartFault(`${fault} Set MODEL_SERVICE_HOST and MODEL_SERVICE_PORT to a free address.`));
    });
    server.listen(port, host, () => {
      const { port: taken } = server.address() as AddressInfo;
      resolve(`http://${host}:${String(taken)}`);
    });
  });
}
