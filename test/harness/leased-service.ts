import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RunningService } from './shared-service.ts';

/** How long the service stays when no file uses it: the next file of the tier begins meanwhile. */
const LINGER_MS = 10_000;

/**
 * In vitest's main process: serves leases of one service to the test files of a tier. The first lease starts it; it ends when the last has
 * been returned, or by `close` at the end of the run.
 *
 * @param start with what the first file asked for
 */
export async function serveLeases(
  start: (asked: string) => Promise<RunningService<object>>,
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  let users = 0;
  let service: Promise<RunningService<object>> | null = null;
  let lingering: NodeJS.Timeout | undefined;
  const end = async () => {
    const ended = service;
    service = null;
    await ended?.then(({ stop }) => stop()).catch(() => undefined);
  };
  const lease = async (asked: string): Promise<object> => {
    users += 1;
    clearTimeout(lingering);
    service ??= start(asked);
    return (await service).facts;
  };
  const release = () => {
    users -= 1;
    if (users === 0) lingering = setTimeout(() => void end(), LINGER_MS);
  };
  const server = http.createServer((request, response) => {
    const asked = new URL(request.url ?? '', 'http://leases').searchParams.get('lease');
    if (asked === null) {
      release();
      response.end();
      return;
    }
    lease(asked).then(
      (facts) => response.end(JSON.stringify(facts)),
      (error: unknown) => {
        response.statusCode = 500;
        response.end(String(error));
      },
    );
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    close: async () => {
      clearTimeout(lingering);
      server.close();
      server.closeAllConnections();
      await end();
    },
  };
}

/** In a test file: a lease of the service. `release` returns it. Throws what kept the service from starting. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the one cast, instead of one per tier
export async function leaseService<Facts>(
  url: string,
  asked = '',
): Promise<{ readonly facts: Facts; readonly release: () => Promise<void> }> {
  const response = await fetch(`${url}/?lease=${encodeURIComponent(asked)}`);
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  const release = async () => {
    await fetch(url);
  };
  // As serveLeases writes it.
  return { facts: JSON.parse(text) as Facts, release };
}
