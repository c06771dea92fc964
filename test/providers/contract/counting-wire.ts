import net from 'node:net';

/** Everything that reached a fake over the wire, as its kernel received it. */
export type CountingWire = {
  readonly url: string;
  /** The number of connections made. */
  readonly connections: () => number;
  /** The number of request lines of posts among the bytes, whatever the HTTP server made of them. */
  readonly posts: () => number;
  /** Bytes from the client to the service, and those of them that its first request has, by its head and Content-Length. */
  readonly bytesOut: () => { readonly all: number; readonly first: number };
  /** Bytes from the service to its client. */
  readonly bytesBack: () => number;
  /** Connections that the client ended by a reset. */
  readonly resets: () => number;
  readonly close: () => Promise<void>;
};

const HEAD_END = '\r\n\r\n';
const POST_LINE = /POST \S+ HTTP\/1\.1\r\n/g;

/** A proxy between an adapter and a fake that counts. A reset on one side is passed on to the other. */
export async function createCountingWire(targetUrl: string): Promise<CountingWire> {
  const target = new URL(targetUrl);
  const links: { sent: string; readonly near: net.Socket; readonly far: net.Socket }[] = [];
  let bytesBack = 0;
  let resets = 0;
  const server = net.createServer({ allowHalfOpen: true }, (near) => {
    const far = net.connect({ port: Number(target.port), host: target.hostname, allowHalfOpen: true });
    const link = { sent: '', near, far };
    links.push(link);
    near.on('data', (chunk) => (link.sent += chunk.toString('latin1')));
    far.on('data', (chunk) => (bytesBack += chunk.length));
    near.on('error', () => {
      resets += 1;
      far.resetAndDestroy();
    });
    far.on('error', () => near.resetAndDestroy());
    // The client must see the end of a connection that the server destroys without a response.
    far.on('close', () => near.destroy());
    near.pipe(far);
    far.pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    connections: () => links.length,
    posts: () => links.reduce((sum, { sent }) => sum + (sent.match(POST_LINE)?.length ?? 0), 0),
    bytesOut: () => ({
      all: links.reduce((sum, { sent }) => sum + sent.length, 0),
      first: lengthOfRequest(links[0]?.sent ?? ''),
    }),
    bytesBack: () => bytesBack,
    resets: () => resets,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const { near, far } of links) {
          near.destroy();
          far.destroy();
        }
      }),
  };
}

/** Of the request that begins here. Throws for one that does not say its length. */
function lengthOfRequest(sent: string): number {
  const head = sent.slice(0, sent.indexOf(HEAD_END) + HEAD_END.length);
  const [, length] = /\r\ncontent-length: (\d+)\r\n/i.exec(head) ?? [];
  if (length === undefined) throw new Error(`a request without a length: ${head}`);
  return head.length + Number(length);
}
