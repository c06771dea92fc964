import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import net from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createBadRequestResponder } from '../../../api/http/request/bad-request.ts';
import { serve } from '../../../api/http/serve.ts';
import { connectRaw, headOf, problemIn } from './raw-http.ts';

const ADDRESS = { host: '127.0.0.1', port: 0 };
/** Of a server that would wait for longer than a test may take. */
const ENDLESS = {
  ...{ headersMs: 3_600_000, requestMs: 3_600_000, stalledMs: 3_600_000, checkEveryMs: 1_000 },
  drainMs: 3_600_000,
};

it('a server that is stopped finishes the request under way, and takes no more', async () => {
  let finish = (): void => undefined;
  const begin: RequestListener = (_request, response) => {
    response.write('begun, ');
    finish = () => response.end('done');
  };
  const server = await serve(ADDRESS, () => begin, undefined, ENDLESS);
  const url = `http://127.0.0.1:${String(server.port)}`;
  const response = await fetch(url);
  const stopped = server.stop();
  await expect(fetch(url)).rejects.toThrow();
  finish();
  expect(await response.text()).toBe('begun, done');
  // It waits for nothing but that: its connection is kept alive.
  await stopped;
});

it('a server that is stopped does not wait for an idle connection', async () => {
  const respond: RequestListener = (_request, response) => response.end('done');
  const server = await serve(ADDRESS, () => respond, undefined, ENDLESS);
  expect(await (await fetch(`http://127.0.0.1:${String(server.port)}`)).text()).toBe('done');
  await server.stop();
});

it('a server on a port that is taken is rejected with the settings that name it', async () => {
  const server = await serve(ADDRESS, () => () => undefined);
  await expect(serve({ host: '127.0.0.1', port: server.port }, () => () => undefined)).rejects.toThrow(
    /EADDRINUSE.* API_PORT/,
  );
  await server.stop();
});

it('a request that came while the process stood still for its whole time is a 503, to be sent again', async () => {
  const limits = { ...ENDLESS, headersMs: 1_000, checkEveryMs: 20 };
  const server = await serve(
    ADDRESS,
    () => (_request, response) => response.end('served'),
    (port) => createBadRequestResponder(`http://127.0.0.1:${String(port)}`),
    limits,
  );
  const connection = connectRaw(`http://127.0.0.1:${String(server.port)}`);
  const head = headOf('GET /', []);
  // The second begins in the bytes of the first, whose response says that they have been read.
  connection.send(head + head.slice(0, 10));
  await expect.poll(() => connection.received()).toContain('served');
  // In this phase of the event loop timers come next, and reading after them.
  await setImmediate();
  connection.send(head.slice(10));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2 * limits.headersMs);
  const answer = (await connection.closed).split('served')[1] ?? '';
  expect(answer).toContain('\r\nRetry-After: 2\r\n');
  expect(problemIn(answer)).toMatchObject({
    status: 503,
    problem: { code: 'unavailable', retryable: true, billed: 'no' },
  });
  await server.stop();
});

describe('clients that hold a connection', () => {
  const limits = { ...ENDLESS, headersMs: 300, requestMs: 600, stalledMs: 500, checkEveryMs: 50 };
  const HOLDERS = 50;
  const HEAD = 'POST / HTTP/1.1\r\nHost: api\r\n';

  it.each<readonly [name: string, first: string, then: string]>([
    ['send nothing at all', '', ''],
    ['trickle their headers', HEAD, 'X-More: 1\r\n'],
    ['trickle their body', `${HEAD}Content-Length: 1000000\r\n\r\n`, 'x'],
  ])('and %s are cut off in time, while others are served', async (_name, first, then) => {
    const server = await serve(
      ADDRESS,
      () => (request, response) => {
        if (request.method === 'GET') response.end('served');
        else request.resume();
      },
      undefined,
      limits,
    );
    const url = `http://127.0.0.1:${String(server.port)}`;
    // One that comes while this process stands still for its limit is cut off, and sent again.
    const served = async () => (await fetch(url)).text();
    const holders = Array.from({ length: HOLDERS }, () => connectRaw(url));
    for (const holder of holders) holder.send(first);
    const trickle = setInterval(() => {
      for (const holder of holders) holder.send(then);
    }, 40);
    await expect.poll(served).toBe('served');
    // Without a limit this does not end.
    await Promise.all(holders.map(({ closed }) => closed));
    clearInterval(trickle);
    await expect.poll(served).toBe('served');
    await server.stop();
  });

  it.each<readonly [name: string, sent: string]>([
    ['before they send anything', ''],
    ['within their headers', HEAD],
    ['within their body', `${HEAD}Content-Length: 100\r\n\r\nx`],
    ['before their response', `${HEAD}\r\n`],
  ])('and close their half %s are let go without a limit of time', async (_name, sent) => {
    const closed: Promise<unknown>[] = [];
    const server = await serve(
      ADDRESS,
      () => (request, response) => {
        request.resume();
        request.on('error', () => undefined);
        closed.push(once(response, 'close'));
      },
      undefined,
      ENDLESS,
    );
    const holder = connectRaw(`http://127.0.0.1:${String(server.port)}`);
    holder.send(sent);
    if (sent.includes('\r\n\r\n')) await expect.poll(() => closed.length).toBe(1);
    holder.end();
    await holder.closed;
    await Promise.all(closed);
    await server.stop();
  });

  it('and never read are cut off, and their response is closed', async () => {
    const closed: Promise<unknown>[] = [];
    const server = await serve(
      ADDRESS,
      () => (_request, response) => {
        closed.push(once(response, 'close'));
        response.write(Buffer.alloc(50_000_000));
      },
      undefined,
      { ...ENDLESS, stalledMs: 500, checkEveryMs: 50 },
    );
    const socket = net.connect(server.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.pause();
    socket.write('GET / HTTP/1.1\r\nHost: api\r\n\r\n');
    await expect.poll(() => closed.length).toBe(1);
    await Promise.all(closed);
    socket.destroy();
    await server.stop();
  });
});

it('a server that has announced its stop serves on, and closes each connection after its response', async () => {
  const server = await serve(ADDRESS, () => (_request, response) => {
    response.end('served');
  });
  const url = `http://127.0.0.1:${String(server.port)}`;
  expect((await fetch(url)).headers.get('connection')).toBe('keep-alive');
  server.announceStop();
  const response = await fetch(url);
  expect([response.headers.get('connection'), await response.text()]).toEqual(['close', 'served']);
  await server.stop();
});
