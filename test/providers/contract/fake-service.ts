import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCountingWire, type CountingWire } from './counting-wire.ts';
import type { Dialect, FakeFile, FakeJob, FakeJobs, WireAnswer, WireRequest } from './dialect.ts';

type Exchange = {
  readonly request: IncomingMessage;
  /** The request, read to its end. */
  readonly wire: WireRequest;
  readonly response: ServerResponse;
  /** Lets the original take the request; returns its response. */
  readonly take: () => WireAnswer;
};

/** Handles a request in place of the original. */
export type Fault = (exchange: Exchange) => void;

export type FakeService = {
  readonly wire: CountingWire;
  readonly url: string;
  readonly jobs: FakeJobs;
  /** Submissions that the service took, which run whether they are wanted or not. */
  readonly taken: () => number;
  readonly requests: readonly WireRequest[];
  /** The faults of submissions and of all other requests; null: none. */
  readonly setFaults: (faults: { readonly submission?: Fault | null; readonly other?: Fault | null }) => void;
  /** Puts a file behind a link. `serve` replaces the normal response. */
  readonly putFile: (content: Buffer, contentType: string, serve?: Fault) => FakeFile;
  readonly close: () => Promise<void>;
};

/** A model service over a real socket that speaks like the original, and fails as a test says. */
export async function startFakeService(
  dialect: Dialect,
  /** `remembers`: keeps every request. A hundred thousand of them would not fit into memory. */
  { remembers = true }: { readonly remembers?: boolean } = {},
): Promise<FakeService> {
  const kept = new Map<string, FakeJob>();
  const files = new Map<string, Fault>();
  const requests: WireRequest[] = [];
  let faults: { submission?: Fault | null; other?: Fault | null } = {};
  const jobs: FakeJobs = {
    all: () => [...kept.values()],
    get: (id) => kept.get(id),
    add: (id, submission) => {
      const job: FakeJob = { id, submission, madeAt: new Date().toISOString(), state: 'queued', files: [] };
      kept.set(id, job);
      return job;
    },
  };
  const server = createServer((request, response) => {
    void readWire(request).then((read) => {
      if (read === null) return;
      if (remembers) requests.push(read);
      const exchange = { request, wire: read, response, take: () => dialect.handle(read, jobs) };
      const fault =
        files.get(read.path) ?? (dialect.isSubmission(read) ? faults.submission : faults.other) ?? null;
      if (fault === null) sendAnswer(response, exchange.take());
      else fault(exchange);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const wire = await createCountingWire(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
  return {
    wire,
    url: wire.url,
    jobs,
    requests,
    taken: () => kept.size,
    setFaults: (next) => {
      faults = next;
    },
    putFile(content, contentType, serve) {
      const path = `/files/${String(files.size)}`;
      files.set(
        path,
        serve ?? answering({ status: 200, headers: { 'content-type': contentType }, body: content }),
      );
      const sha256 = createHash('sha256').update(content).digest('hex');
      return { url: `${wire.url}${path}`, bytes: content.length, sha256, contentType };
    },
    async close() {
      await wire.close();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function sendAnswer(response: ServerResponse, { status, headers = {}, body }: WireAnswer): void {
  const bytes =
    body instanceof Uint8Array ? body : Buffer.from(body === undefined ? '' : JSON.stringify(body));
  response.writeHead(status, { 'content-length': bytes.byteLength, ...headers }).end(bytes);
}

/** Null: the connection broke off. */
async function readWire(request: IncomingMessage): Promise<WireRequest | null> {
  try {
    const chunks = (await request.toArray()) as Buffer[];
    const url = new URL(request.url ?? '/', `http://${request.headers.host ?? 'fake'}`);
    return {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      json: parseJson(Buffer.concat(chunks).toString()),
      origin: url.origin,
    };
  } catch {
    return null;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

// Faults.

export const answering =
  (answer: WireAnswer): Fault =>
  ({ response }) => {
    sendAnswer(response, answer);
  };

const UNENDING = new WeakSet<Fault>();

/** Marks a fault after which only the time limit of the request ends it. */
export function unending(fault: Fault): Fault {
  UNENDING.add(fault);
  return fault;
}

export const isUnending = (fault: Fault): boolean => UNENDING.has(fault);

export const silent = unending(() => undefined);

export const closing: Fault = ({ request }) => {
  request.socket.destroy();
};

export const resetting: Fault = ({ request }) => {
  request.socket.resetAndDestroy();
};

/** The original takes the request, and its response is lost. */
export const takingAndResetting: Fault = ({ request, take }) => {
  take();
  request.socket.resetAndDestroy();
};

/** The original takes the request, and half of its response arrives. */
export function takingAndAnsweringHalf(then: 'reset' | 'stall'): Fault {
  const fault: Fault = ({ request, response, take }) => {
    const { status, body } = take();
    const bytes = body instanceof Uint8Array ? Buffer.from(body) : Buffer.from(JSON.stringify(body));
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length });
    response.write(bytes.subarray(0, Math.ceil(bytes.length / 2)));
    if (then === 'reset') setTimeout(() => request.socket.resetAndDestroy(), 20);
  };
  return then === 'stall' ? unending(fault) : fault;
}

/** The original takes the request, and something in front responds in its place. */
export const takingAndAnswering =
  (answer: WireAnswer): Fault =>
  ({ response, take }) => {
    take();
    sendAnswer(response, answer);
  };

export const answeringLate =
  (delayMs: number): Fault =>
  ({ response, take }) => {
    setTimeout(() => {
      if (!response.destroyed) sendAnswer(response, take());
    }, delayMs);
  };

/** The original takes the request, and these fields replace its own in the response. */
export const takingAndOverlaying =
  (fields: Readonly<Record<string, unknown>>): Fault =>
  ({ response, take }) => {
    const { body, ...answer } = take();
    sendAnswer(response, { ...answer, body: { ...(body as object), ...fields } });
  };
