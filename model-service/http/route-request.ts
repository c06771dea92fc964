import { cancelPrediction, findPredictions, readPrediction } from './read-predictions.ts';
import { sendError, sendJson, type Exchange } from './http-exchange.ts';
import { plantFault } from '../sandbox/plant-fault.ts';
import { serveFile } from './serve-file.ts';
import type { ServiceState } from '../service-state.ts';
import { showStats } from './show-stats.ts';
import { submitPrediction } from './submit-prediction.ts';
import { listMissingFiles, receiveFile } from './receive-files.ts';

type Handler = (exchange: Exchange, state: ServiceState, argument: string) => void | Promise<void>;
type Route = { readonly method: 'GET' | 'POST' | 'PUT'; readonly path: RegExp; readonly handle: Handler };

const ROUTES: readonly Route[] = [
  { method: 'POST', path: /^\/v1\/predictions$/, handle: submitPrediction },
  { method: 'GET', path: /^\/v1\/predictions\/([^/]+)$/, handle: readPrediction },
  { method: 'GET', path: /^\/v1\/predictions$/, handle: findPredictions },
  { method: 'GET', path: /^\/files\/([^/]+)$/, handle: serveFile },
  { method: 'POST', path: /^\/v1\/predictions\/([^/]+)\/cancel$/, handle: cancelPrediction },
  { method: 'POST', path: /^\/v1\/files\/missing$/, handle: listMissingFiles },
  { method: 'PUT', path: /^\/v1\/files\/([0-9a-f]{64})$/, handle: receiveFile },
  { method: 'POST', path: /^\/v1\/faults$/, handle: plantFault },
  { method: 'GET', path: /^\/v1\/stats$/, handle: showStats },
  {
    method: 'GET',
    path: /^\/healthz$/,
    handle: (exchange) => {
      sendJson(exchange, 200, { ok: true });
    },
  },
];

/** Calls the handler of a request. Plain node:http, since a benchmark sends thousands of requests a second. */
export async function routeRequest(exchange: Exchange, state: ServiceState): Promise<void> {
  for (const route of ROUTES) {
    if (route.method !== exchange.request.method) continue;
    const match = route.path.exec(exchange.url.pathname);
    if (match === null) continue;
    await route.handle(exchange, state, match[1] ?? '');
    return;
  }
  sendError(exchange, 404, 'not_found', 'No such route.');
}
