import net from 'node:net';

/** A way to a server that can be cut: as it is for a page whose server has been killed. */
export type CuttableProxy = {
  readonly url: string;
  /** Ends every connection, and takes no other. */
  readonly cut: () => Promise<void>;
  readonly restore: () => Promise<void>;
  readonly close: () => Promise<void>;
};

export async function openCuttableProxy(target: string): Promise<CuttableProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<net.Socket>();
  const server = net.createServer((caller) => {
    const upstream = net.connect(Number(port), hostname);
    for (const [one, other] of [
      [caller, upstream],
      [upstream, caller],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  const listen = (at: number) =>
    new Promise<void>((resolve) => {
      server.listen(at, hostname, resolve);
    });
  const cut = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  await listen(0);
  const ownPort = (server.address() as net.AddressInfo).port;
  return { url: `http://${hostname}:${String(ownPort)}`, cut, restore: () => listen(ownPort), close: cut };
}
