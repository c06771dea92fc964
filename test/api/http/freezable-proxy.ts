import net from 'node:net';

export type FreezableProxy = {
  readonly port: number;
  /** Nothing passes any more, in either direction; connections stay open, as with a stopped server. */
  freeze(): void;
  thaw(): void;
  close(): Promise<void>;
};

/** Stands between a process and a server of ours, to be frozen without stopping a server that others use. */
export async function createFreezableProxy(target: { host: string; port: number }): Promise<FreezableProxy> {
  let isFrozen = false;
  const sockets = new Set<net.Socket>();
  const join = (from: net.Socket, to: net.Socket) => {
    sockets.add(from);
    from.on('data', (chunk) => to.write(chunk));
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
    from.on('error', () => to.destroy());
    if (isFrozen) from.pause();
  };
  const server = net.createServer((inward) => {
    const outward = net.connect(target.port, target.host);
    join(inward, outward);
    join(outward, inward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as net.AddressInfo).port,
    freeze() {
      isFrozen = true;
      for (const socket of sockets) socket.pause();
    },
    thaw() {
      isFrozen = false;
      for (const socket of sockets) socket.resume();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
