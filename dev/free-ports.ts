import { createServer, type Server } from 'node:net';

/** The embedded stack is for one machine and one person: nothing listens beyond it. */
export const LOCAL_HOST = '127.0.0.1';

/**
 * One port for each name: the preferred one, or a free one where that is busy (0: always a free one). All are held open
 * until the last is chosen, so that no two are the same.
 */
export async function chooseFreePorts<Name extends string>(
  preferred: Readonly<Record<Name, number>>,
): Promise<Record<Name, number>> {
  const servers: Server[] = [];
  const chosen: Partial<Record<Name, number>> = {};
  try {
    for (const [name, port] of Object.entries(preferred) as [Name, number][]) {
      const server = await listen(port).catch(() => listen(0));
      servers.push(server);
      chosen[name] = portOf(server);
    }
  } finally {
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }
  return chosen as Record<Name, number>;
}

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, LOCAL_HOST, () => {
      resolve(server);
    });
  });
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return address.port;
}
