import { once } from 'node:events';
import { createServer } from 'node:http';
import { listen } from '../runtime/listen.ts';
import type { Readiness } from '../runtime/readiness.ts';

/** The metrics that Prometheus reads. */
type Metrics = () => Promise<{ readonly contentType: string; readonly text: string }>;

type HealthServer = { readonly stop: () => Promise<void> };

/**
 * Serves `GET /readyz` of a worker (200 while it polls and its dependencies respond, else 503 with the reasons) and
 * `GET /metrics` (of the process and of the deployment). The SDK's metrics have an address of their own, and are served
 * earlier.
 * @param address host:port; an IPv6 address in brackets.
 */
export async function serveHealth(
  address: string,
  readiness: Readiness,
  metrics: Metrics,
): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const respond = async (): Promise<void> => {
      if (request.url === '/metrics') {
        const { contentType, text } = await metrics();
        response.writeHead(200, { 'Content-Type': contentType }).end(text);
      } else if (request.url === '/readyz') {
        const faults = await readiness();
        const body = faults.length === 0 ? { status: 'ready' } : { status: 'not ready', faults };
        response.writeHead(faults.length === 0 ? 200 : 503, { 'Content-Type': 'application/json' });
        response.end(`${JSON.stringify(body)}\n`);
      } else {
        response.writeHead(404).end();
      }
    };
    // A failed request never ends the worker.
    respond().catch(() => response.writeHead(500).end());
  });
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon).replace(/^\[|\]$/g, '');
  await listen(server, { host, port: Number(address.slice(colon + 1)) }, 'WORKER_HEALTH_ADDRESS');
  return {
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
