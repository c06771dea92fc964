import { once } from 'node:events';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { request } from 'undici';
import { expect, it } from 'vitest';
import { createGenericProvider } from '../../activities/providers/generic/generic-provider.ts';
import { createResettingAgent } from '../../activities/providers/http/resetting-agent.ts';
import { mayPost, NEVER, SUBMIT_TIMEOUT_MS, submissionOf } from './contract/contract-fixture.ts';
import { LOCAL } from './contract/subjects.ts';

/** TLS without a certificate. */
const PRE_SHARED_KEY = {
  ciphers: 'PSK',
  maxVersion: 'TLSv1.2',
  pskCallback: () => ({ psk: Buffer.from('secret'), identity: 'test' }),
  checkServerIdentity: () => undefined,
} as const;

function createServerOf(protocol: 'http' | 'https', listen: (socket: Socket) => void) {
  return protocol === 'http'
    ? createTcpServer(listen)
    : createTlsServer(
        { ciphers: 'PSK', maxVersion: 'TLSv1.2', pskCallback: () => Buffer.from('secret') },
        listen,
      );
}

async function addressOf(protocol: 'http' | 'https', server: ReturnType<typeof createServerOf>) {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `${protocol}://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

it.each(['http', 'https'] as const)(
  'a submission that is given up resets its %s connection, so that unsent bytes are never sent',
  async (protocol) => {
    const ends: string[] = [];
    const listen = (socket: Socket) => {
      socket.on('error', (error: NodeJS.ErrnoException) => ends.push(error.code ?? 'no code'));
      socket.on('end', () => ends.push('FIN')).resume();
    };
    const server = createServerOf(protocol, listen);
    const provider = createGenericProvider({
      name: 'local',
      baseUrl: await addressOf(protocol, server),
      submitTimeoutMs: SUBMIT_TIMEOUT_MS,
      dispatcher: createResettingAgent(3_000, PRE_SHARED_KEY),
    });
    expect(await provider.submit(submissionOf(LOCAL, 'att_a_0_render_1'), mayPost, NEVER)).toEqual({
      outcome: 'unknown',
      mayArriveLater: false,
    });
    await expect.poll(() => ends).toEqual(['ECONNRESET']);
    server.close();
  },
);

it.each(['http', 'https'] as const)(
  'a %s response without a length that is given up half way ends with the reason, and its process goes on',
  async (protocol) => {
    const server = createServerOf(protocol, (socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\n\r\n{"id":'));
    });
    const agent = createResettingAgent(3_000, PRE_SHARED_KEY);
    const disconnected = once(agent, 'disconnect');
    const controller = new AbortController();
    const { body } = await request(await addressOf(protocol, server), {
      dispatcher: agent,
      signal: controller.signal,
    });
    const reading = body.text();
    controller.abort();
    await expect(reading).rejects.toThrow('aborted');
    // undici ends the request when the socket has closed: its error is the one that the socket was destroyed with.
    expect(await disconnected).toMatchObject({ 2: { message: 'aborted' } });
    server.close();
  },
);
