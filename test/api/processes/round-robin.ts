import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** How often a process is asked whether it is ready. */
const PROBE_MS = 100;

export type RoundRobin = {
  readonly url: string;
  /** The processes that are asked to serve now, by port. */
  readonly inRotation: () => readonly number[];
  readonly close: () => Promise<void>;
};

/**
 * A small load balancer, as one stands before several API processes: keeps connections alive, asks each process for its readiness, sends
 * each request to the next that is ready, and never sends one twice. What it cannot deliver is a 502.
 */
export async function createRoundRobin(ports: readonly number[]): Promise<RoundRobin> {
  const agent = new http.Agent({ keepAlive: true });
  const ready = new Set<number>();
  let turn = 0;
  const probe = async (port: number): Promise<void> => {
    const isReady = await fetch(`http://127.0.0.1:${String(port)}/readyz`).then(
      async (response) => (await response.text(), response.ok),
      () => false,
    );
    if (isReady) ready.add(port);
    else ready.delete(port);
  };
  const probes = setInterval(() => void Promise.all(ports.map(probe)), PROBE_MS);
  const server = http.createServer((request, response) => {
    const inTurn = ports.filter((port) => ready.has(port));
    const port = inTurn[turn % inTurn.length];
    turn += 1;
    if (port === undefined) {
      response.writeHead(502).end();
      return;
    }
    const { method, url: path, headers } = request;
    const onward = http.request({ host: '127.0.0.1', port, method, path, headers, agent }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.writeHead(502).end());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    inRotation: () => ports.filter((port) => ready.has(port)),
    close: async () => {
      clearInterval(probes);
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
