import net from 'node:net';

export type DroppingProxy = {
  readonly url: string;
  /** Where everything goes; nothing before it is named. */
  forwardTo: (url: string) => void;
  /** From now on no packet passes, in either direction. */
  drop: () => void;
  /** Packets pass again: what was sent meanwhile arrives with its sender's next try. */
  restore: () => void;
  close: () => Promise<void>;
};

/** A sender's first pause before it sends again what was not acknowledged; each further one is twice as long (RFC 6298, 5.5). */
const FIRST_PAUSE_MS = 200;

/**
 * A network between the workers and the model service that loses every packet for a while, as their kernels would see it: what is
 * written meanwhile arrives late, in order, at an instant at which a kernel would have sent it again; what was closed is still
 * delivered, what was reset is thrown away. (Connections are taken all the same: a process cannot lose the packets of a handshake.)
 */
export async function createDroppingProxy(): Promise<DroppingProxy> {
  const network: Network = { isUp: true, links: new Set() };
  let target: URL | undefined;
  const server = net.createServer({ allowHalfOpen: true }, (near) => {
    if (target === undefined) {
      near.resetAndDestroy();
      return;
    }
    const far = net.connect({ port: Number(target.port), host: target.hostname, allowHalfOpen: true });
    const [there, back] = [new Link(near, far, network), new Link(far, near, network)];
    // A reset throws away what is under way on both sides.
    const lose = () => {
      there.throwAway();
      back.throwAway();
    };
    there.watch(lose);
    back.watch(lose);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    forwardTo: (url) => {
      target = new URL(url);
    },
    drop: () => {
      network.isUp = false;
    },
    restore: () => {
      network.isUp = true;
      for (const link of network.links) link.retry();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const link of network.links) link.throwAway();
      }),
  };
}

type Network = { isUp: boolean; readonly links: Set<Link> };

/** One direction of a connection. */
class Link {
  readonly #from: net.Socket;
  readonly #to: net.Socket;
  readonly #network: Network;
  /** Not delivered yet, in order; null is the end. */
  #waiting: (Buffer | null)[] = [];
  #waitingSince = 0;
  #timer: NodeJS.Timeout | undefined;
  #isLost = false;

  constructor(from: net.Socket, to: net.Socket, network: Network) {
    this.#from = from;
    this.#to = to;
    this.#network = network;
    network.links.add(this);
  }

  /** @param onReset the sender has reset the connection. */
  watch(onReset: () => void): void {
    this.#from.on('data', (chunk: Buffer) => {
      this.#send(chunk);
    });
    this.#from.on('end', () => {
      this.#send(null);
    });
    this.#from.on('error', onReset);
    this.#from.on('close', (hadError) => {
      if (hadError) onReset();
      if (this.#waiting.length === 0) this.#network.links.delete(this);
    });
  }

  #send(chunk: Buffer | null): void {
    if (this.#isLost) return;
    if (this.#network.isUp && this.#waiting.length === 0) {
      this.#deliver(chunk);
      return;
    }
    if (this.#waiting.length === 0) this.#waitingSince = performance.now();
    this.#waiting.push(chunk);
    // The sender has begun to wait only now, and the network may be back before its first pause ends.
    if (this.#network.isUp) this.retry();
  }

  /** The network is back: what waits arrives with the sender's next try, unless the network is gone again by then. */
  retry(): void {
    if (this.#waiting.length === 0 || this.#timer !== undefined) return;
    const waitedMs = performance.now() - this.#waitingSince;
    let tryAfterMs = FIRST_PAUSE_MS;
    for (let pauseMs = FIRST_PAUSE_MS * 2; tryAfterMs < waitedMs; pauseMs *= 2) tryAfterMs += pauseMs;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (!this.#network.isUp) return;
      for (const chunk of this.#waiting.splice(0)) this.#deliver(chunk);
      if (this.#from.destroyed) this.#network.links.delete(this);
    }, tryAfterMs - waitedMs);
  }

  #deliver(chunk: Buffer | null): void {
    if (this.#to.destroyed) return;
    if (chunk === null) this.#to.end();
    else this.#to.write(chunk);
  }

  throwAway(): void {
    if (this.#isLost) return;
    this.#isLost = true;
    clearTimeout(this.#timer);
    this.#waiting = [];
    this.#network.links.delete(this);
    this.#from.destroy();
    if (!this.#to.destroyed) this.#to.resetAndDestroy();
  }
}
