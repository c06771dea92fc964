import net from 'node:net';

export type ClosableProxy = {
  readonly url: string;
  /** Where connections go; before it is called they are reset. */
  forwardTo: (url: string) => void;
  /** As when the process behind an address ends: connections are reset, and the port refuses new ones. */
  close: () => Promise<void>;
  /** Listens again, at the same port. */
  reopen: () => Promise<void>;
};

/** A TCP proxy between a process and a server, which a test closes and opens again. Returns it open. */
export async function createClosableProxy(): Promise<ClosableProxy> {
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
    forwardTo: (url) => {
      target = new URL(url);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of sockets) socket.resetAndDestroy();
      }),
    reopen: () => listen(port),
  };
}
