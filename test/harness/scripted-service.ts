import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listenLocally } from './local-server.ts';

/** What an adapter can ask the local model service. */
type CallName = 'submit' | 'lookup' | 'poll' | 'cancel' | 'file';

export type ServiceCall = {
  readonly name: CallName;
  /** The prediction it is about; of a submit and a look-up, our reference. */
  readonly about: string;
  /** True until it has a response, or its caller has given up. */
  readonly isWaiting: () => boolean;
  readonly answer: (status: number, body?: unknown) => void;
  /** Ends the connection without an answer. */
  readonly drop: () => void;
};

export type ScriptedService = {
  readonly url: string;
  readonly calls: (name: CallName) => readonly ServiceCall[];
  /** Resolves with the calls of a name once there are so many of them. */
  readonly untilCalled: (name: CallName, times?: number) => Promise<readonly ServiceCall[]>;
  readonly close: () => Promise<void>;
};

/** The local model service's wire, with a test in its place: what the script does not answer stays open. */
export async function startScriptedService(
  script: (call: ServiceCall) => void | Promise<void>,
): Promise<ScriptedService> {
  const calls: ServiceCall[] = [];
  const waiters = new Set<() => void>();
  const ofName = (name: CallName) => calls.filter((call) => call.name === name);
  const server = createServer((request, response) => {
    void readCall(request, response).then((call) => {
      calls.push(call);
      for (const look of waiters) look();
      return script(call);
    });
  });
  const { url, close } = await listenLocally(server);
  return {
    url,
    calls: ofName,
    untilCalled: (name, times = 1) =>
      new Promise((resolve) => {
        const look = () => {
          if (ofName(name).length < times) return;
          waiters.delete(look);
          resolve(ofName(name));
        };
        waiters.add(look);
        look();
      }),
    close,
  };
}

async function readCall(request: IncomingMessage, response: ServerResponse): Promise<ServiceCall> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  const named = nameCall(request, text);
  // A cancel that is answered well, and says no more, has stopped it.
  const unsaid = named.name === 'cancel' ? { id: named.about, status: 'canceled' } : {};
  return {
    ...named,
    drop: () => request.socket.destroy(),
    isWaiting: () => !response.writableEnded && !response.destroyed,
    answer: (status, body = unsaid) => {
      const isFile = body instanceof Uint8Array;
      response.writeHead(status).end(isFile ? body : JSON.stringify(body));
    },
  };
}

function nameCall(request: IncomingMessage, body: string): Pick<ServiceCall, 'name' | 'about'> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://service.test');
  const [, id = '', cancel] = /^\/v1\/predictions(?:\/([^/]+))?(\/cancel)?$/.exec(pathname) ?? [
    null,
    pathname,
  ];
  if (id.startsWith('/')) return { name: 'file', about: id };
  if (cancel !== undefined) return { name: 'cancel', about: id };
  if (id !== '') return { name: 'poll', about: id };
  if (request.method === 'GET') return { name: 'lookup', about: searchParams.get('reference') ?? '' };
  return { name: 'submit', about: (JSON.parse(body) as { reference: string }).reference };
}
