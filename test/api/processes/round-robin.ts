import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** How often a process is asked whether it is ready. */
const PROBE_MS = 100;

type RoundRobin = {
  readonly url: string;
  /** The processes that are asked to serve now, by port. */
  readonly inRotation: () => readonly number[];
  /** How many requests had each status. */
  readonly statuses: ReadonlyMap<number, number>;
  readonly close: () => Promise<void>;
};

/**
 * A small load balancer, as one stands before several API processes: keeps connections alive, asks each process for its readiness, sends
 * each request to the next that is ready, and never sends one twice. What it cannot deliver is a 502.
 */
export async function createRoundRobin(ports: readonly number[]): Promise<RoundRobin> {
  const agent = new http.Agent({ keepAlive: true });
  const ready = new Set<number>();
  const statuses = new Map<number, number>();
  let turn = 0;
  const probe = async (port: number): Promise<void> => {
    const isReady = await fetch(`http://127.0.0.1:${String(port)}/readyz`).then(
      async (response) => (await response.text(), response.ok),
      () => false,
    );
    if (isReady) ready.add(port);
    else ready.delete(port);
  };
  let isOver = false;
  // One after the other: a response that is late must not undo what a later one has said.
  const probing = ports.map(async (port) => {
    while (!isOver) {
      await probe(port);
      await sleep(PROBE_MS);
    }
  });
  const server = http.createServer((request, response) => {
    const inTurn = ports.filter((port) => ready.has(port));
    const port = inTurn[turn % inTurn.length];
    turn += 1;
    const begin = (status: number, headers: http.OutgoingHttpHeaders = {}) => {
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      return response.writeHead(status, headers);
    };
    if (port === undefined) {
      begin(502).end();
      return;
    }
    const { method, url: path, headers } = request;
    const onward = http.request({ host: '127.0.0.1', port, method, path, headers, agent }, (answer) => {
      begin(answer.statusCode ?? 502, answer.headers);
      // A response that is cut off is cut off for the caller too, and the other way round.
      pipeline(answer, response, () => undefined);
    });
    onward.on('error', () => {
      if (!response.headersSent) begin(502).end();
    });
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    inRotation: () => ports.filter((port) => ready.has(port)),
    statuses,
    close: async () => {
      isOver = true;
      await Promise.all(probing);
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
