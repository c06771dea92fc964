import net from 'node:net';

export type ClosableDoor = {
  readonly url: string;
  /** Where everything goes; nothing before it is named. */
  leadTo: (url: string) => void;
  /** Does what the end of the process behind an address does: connections are reset, and the port refuses new ones. */
  shut: () => Promise<void>;
  /** At the same port. */
  open: () => Promise<void>;
};

/** Stands between a process and a server, so that the server's address can go away and come back. Returns it open. */
export async function createClosableDoor(): Promise<ClosableDoor> {
  let target: URL | undefined;
  const sockets = new Set<net.Socket>();
  const join = (from: net.Socket, to: net.Socket) => {
    sockets.add(from);
    from.pipe(to);
    from.on('error', () => undefined);
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
  };
  const server = net.createServer((near) => {
    if (target === undefined) {
      near.resetAndDestroy();
      return;
    }
    const far = net.connect({ port: Number(target.port), host: target.hostname });
    join(near, far);
    join(far, near);
  });
  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
  await listen(0);
  const { port } = server.address() as net.AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    leadTo: (url) => {
      target = new URL(url);
    },
    shut: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of sockets) socket.resetAndDestroy();
      }),
    open: () => listen(port),
  };
}
