import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, test } from 'vitest';
import { createDroppingProxy } from '../../soak/jobs/dropping-proxy.ts';
import { mayPost, submissionOf } from '../contract/contract-fixture.ts';
import { startFakeService } from '../contract/fake-service.ts';
import { SUBJECTS } from '../contract/subjects.ts';

/** How long every packet is lost. Posts are given up long before that. */
const OUTAGE_MS = 18_000;
const SUBMIT_TIMEOUT_MS = 8_000;
/** A kernel's next try comes after as long again as it has waited; the proxy's comes at 25.4 s. */
const UNTIL_DELIVERED_MS = 10_000;

const POSTS = 12;
const CLOSED = 4;

/** A post of a client that gives up by closing its socket, as most do: its kernel still sends the buffered bytes. */
async function postAndClose(url: string): Promise<void> {
  const { port, hostname } = new URL(url);
  const socket = net.connect({ port: Number(port), host: hostname });
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.end('POST /closed HTTP/1.1\r\nhost: fake\r\ncontent-length: 2\r\n\r\n{}');
}

describe.concurrent('while every packet to a service is lost for 18 s', () => {
  test.for(SUBJECTS)(
    '$name: no submission that was given up is accepted later, though posts closed by other clients are delivered',
    async (subject, { expect }) => {
      const fake = await startFakeService(subject.dialect);
      const proxy = await createDroppingProxy();
      proxy.forwardTo(fake.url);
      const provider = subject.createProvider({ baseUrl: proxy.url, submitTimeoutMs: SUBMIT_TIMEOUT_MS });
      const submitAll = (name: string) =>
        Promise.all(
          Array.from({ length: POSTS }, (_, number) =>
            provider.submit(
              submissionOf(subject, `att_${name}_${String(number)}`),
              mayPost,
              new AbortController().signal,
            ),
          ),
        );
      await submitAll('before');
      const taken = fake.taken();
      expect(taken).toBe(POSTS);

      proxy.drop();
      const restored = sleep(OUTAGE_MS).then(proxy.restore);
      await Promise.all(Array.from({ length: CLOSED }, () => postAndClose(proxy.url)));
      const lost = await submitAll('lost');
      expect(lost).toEqual(lost.map(() => ({ outcome: 'unknown', mayArriveLater: false })));
      await restored;
      await sleep(UNTIL_DELIVERED_MS);
      expect(fake.taken(), 'posts that were reset').toBe(taken);
      expect(fake.requests.filter(({ path }) => path === '/closed')).toHaveLength(CLOSED);
      await proxy.close();
      await fake.close();
    },
  );
});
