import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createLocalProvider } from '../../activities/providers/local-provider.ts';
import type { Provider, SubmitInput } from '../../activities/providers/provider.ts';
import { createResettingAgent } from '../../activities/providers/resetting-agent.ts';

/** A service that misbehaves on the wire in one way, and counts what reached it. */
type Broken = { readonly provider: Provider; readonly posts: () => number };

const servers: Server[] = [];
const SIGNAL = new AbortController().signal;
const SUBMIT_TIMEOUT_MS = 300;
/** TLS without a certificate. */
const PRE_SHARED_KEY = {
  ciphers: 'PSK',
  maxVersion: 'TLSv1.2',
  pskCallback: () => ({ psk: Buffer.from('secret'), identity: 'test' }),
  checkServerIdentity: () => undefined,
} as const;
const mayPost = () => Promise.resolve(true);
const INPUT: SubmitInput = {
  key: { outputId: 'out_a_0', stage: 'render', number: 1 },
  reference: 'att_a_0_render_1',
  work: { kind: 'static_ad', brief: { headline: 'A headline' } },
  part: null,
  deadlineSeconds: 60,
};

async function broken(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Broken> {
  let posts = 0;
  const server = createServer((request, response) => {
    if (request.method === 'POST') posts += 1;
    request.resume().on('end', () => {
      answer(request, response);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return {
    provider: createLocalProvider({ baseUrl, submitTimeoutMs: SUBMIT_TIMEOUT_MS }),
    posts: () => posts,
  };
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

describe('a submission posts exactly once and is unknown', () => {
  it.each<[string, (request: IncomingMessage, response: ServerResponse) => void]>([
    ['the connection is dropped without an answer', (request) => request.socket.destroy()],
    [
      'the connection is dropped half way through the answer',
      (request, response) => {
        response.writeHead(201, { 'content-length': 100 });
        response.write('{"id":');
        setTimeout(() => request.socket.destroy(), 20);
      },
    ],
    ['no answer comes in time', () => undefined],
    [
      'the answer stops coming',
      (_request, response) => {
        response.writeHead(201, { 'content-length': 100 });
        response.write('{');
      },
    ],
    ['the answer is not JSON', (_request, response) => response.writeHead(201).end('<html>')],
    [
      'the answer is longer than any answer may be',
      (_request, response) => {
        response.writeHead(201).end(JSON.stringify({ id: 'pred_1', padding: 'x'.repeat(1_100_000) }));
      },
    ],
    ['something in front answers 502', (_request, response) => response.writeHead(502).end('Bad Gateway')],
    [
      'a 503 does not say that nothing was started',
      (_request, response) => response.writeHead(503).end('{}'),
    ],
    ['it is sent elsewhere', (_request, response) => response.writeHead(307, { location: '/v2' }).end()],
  ])('when %s', async (_what, answer) => {
    const { provider, posts } = await broken(answer);
    expect(await provider.submit(INPUT, mayPost, SIGNAL)).toEqual({ outcome: 'unknown' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(posts()).toBe(1);
  });

  it('when the caller gives up meanwhile', async () => {
    const { provider, posts } = await broken(() => undefined);
    const controller = new AbortController();
    setTimeout(() => {
      controller.abort();
    }, 50);
    expect(await provider.submit(INPUT, mayPost, controller.signal)).toEqual({ outcome: 'unknown' });
    expect(posts()).toBe(1);
  });

  it('also over a connection that was used before', async () => {
    let answered = 0;
    const { provider, posts } = await broken((request, response) => {
      answered += 1;
      if (answered === 1) response.writeHead(201).end(JSON.stringify({ id: 'pred_1' }));
      else request.socket.destroy();
    });
    expect(await provider.submit(INPUT, mayPost, SIGNAL)).toEqual({
      outcome: 'accepted',
      providerJobId: 'pred_1',
    });
    expect(await provider.submit(INPUT, mayPost, SIGNAL)).toEqual({ outcome: 'unknown' });
    expect(posts()).toBe(2);
  });
});

describe('a submission that is given up', () => {
  it.each(['http', 'https'] as const)(
    'resets its %s connection, so that what its kernel has not sent is never sent',
    async (protocol) => {
      const ends: string[] = [];
      const listen = (socket: Socket) => {
        socket.on('error', (error: NodeJS.ErrnoException) => ends.push(error.code ?? 'no code'));
        socket.on('end', () => ends.push('FIN')).resume();
      };
      const server =
        protocol === 'http'
          ? createTcpServer(listen)
          : createTlsServer(
              { ciphers: 'PSK', maxVersion: 'TLSv1.2', pskCallback: () => Buffer.from('secret') },
              listen,
            );
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const baseUrl = `${protocol}://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
      const provider = createLocalProvider({
        baseUrl,
        submitTimeoutMs: SUBMIT_TIMEOUT_MS,
        dispatcher: createResettingAgent(3_000, PRE_SHARED_KEY),
      });
      expect(await provider.submit(INPUT, mayPost, SIGNAL)).toEqual({ outcome: 'unknown' });
      await expect.poll(() => ends).toEqual(['ECONNRESET']);
      server.close();
    },
  );
});

describe('a submission is not sent', () => {
  it('when the connection is refused; whether it may be posted is not even asked', async () => {
    const { provider } = await broken(() => undefined);
    const server = servers.pop();
    await new Promise((resolve) => server?.close(resolve));
    const asked = vi.fn(mayPost);
    expect(await provider.submit(INPUT, asked, SIGNAL)).toEqual({ outcome: 'not_sent' });
    expect(asked).not.toHaveBeenCalled();
  });

  it('when it may not be posted, though there is a connection', async () => {
    const { provider, posts } = await broken((_request, response) => response.writeHead(201).end('{}'));
    expect(await provider.submit(INPUT, () => Promise.resolve(false), SIGNAL)).toEqual({
      outcome: 'not_sent',
    });
    expect(posts()).toBe(0);
  });

  it('when the service closes its connection before the first byte', async () => {
    const closing = createTcpServer((socket) => setTimeout(() => socket.destroy(), 20));
    await new Promise<void>((resolve) => closing.listen(0, '127.0.0.1', resolve));
    const baseUrl = `http://127.0.0.1:${String((closing.address() as AddressInfo).port)}`;
    const provider = createLocalProvider({ baseUrl, submitTimeoutMs: SUBMIT_TIMEOUT_MS });
    const slowly = () => new Promise<boolean>((resolve) => setTimeout(resolve, 100, true));
    expect(await provider.submit(INPUT, slowly, SIGNAL)).toEqual({ outcome: 'not_sent' });
    closing.close();
  });
});

describe('reads of a service that is ill', () => {
  it('are unknown, and never a failure of the job', async () => {
    const { provider } = await broken((request) => request.socket.destroy());
    expect(await provider.poll('pred_1', SIGNAL)).toEqual({ state: 'unknown', retryAfterMs: 1_000 });
    expect(await provider.lookup('att_1', SIGNAL)).toEqual({ outcome: 'unknown' });
    expect(await provider.cancel('pred_1', SIGNAL)).toBe('requested');
    expect(await provider.collect('pred_1', SIGNAL)).toEqual({ outcome: 'unavailable', retryAfterMs: 1_000 });
  });

  it('are unknown on 500 too, and a job that is not there is gone', async () => {
    const ill = await broken((_request, response) => response.writeHead(500).end('{"data":[]}'));
    expect(await ill.provider.poll('pred_1', SIGNAL)).toMatchObject({ state: 'unknown' });
    expect(await ill.provider.lookup('att_1', SIGNAL)).toEqual({ outcome: 'unknown' });
    const empty = await broken((_request, response) => response.writeHead(404).end('{}'));
    expect(await empty.provider.poll('pred_1', SIGNAL)).toMatchObject({ state: 'gone' });
    expect(await empty.provider.lookup('att_1', SIGNAL)).toEqual({ outcome: 'unknown' });
  });

  it('end when the caller aborts', async () => {
    const { provider } = await broken(() => undefined);
    expect(await provider.poll('pred_1', AbortSignal.timeout(50))).toMatchObject({ state: 'unknown' });
  });
});

describe('a look-up', () => {
  const answering = async (data: readonly object[]) =>
    (
      await broken((_request, response) => {
        response.end(JSON.stringify({ data }));
      })
    ).provider;

  it.each([
    [
      'finds what was submitted under its reference',
      INPUT.reference,
      { outcome: 'found', providerJobId: 'p1' },
    ],
    ['does not believe a record of another reference', 'att_b_0_render_1', { outcome: 'unknown' }],
    ['does not believe a record of no reference', null, { outcome: 'unknown' }],
  ])('%s', async (_what, reference, expected) => {
    const provider = await answering([{ id: 'p1', reference, status: 'processing' }]);
    expect(await provider.lookup(INPUT.reference, SIGNAL)).toEqual(expected);
  });
});
