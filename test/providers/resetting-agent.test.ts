import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
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

it.each(['http', 'https'] as const)(
  'a submission that is given up resets its %s connection, so that unsent bytes are never sent',
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
    const provider = createGenericProvider({
      name: 'local',
      baseUrl: `${protocol}://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
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
