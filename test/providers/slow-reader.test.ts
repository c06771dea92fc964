import { once } from 'node:events';
import { lookup } from 'node:dns';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { createFetchResult } from '../../activities/providers/http/fetch-result.ts';
import { createOpenOutside } from '../../runtime/outbound/open-outside.ts';
import { openStream } from '../../runtime/outbound/open-stream.ts';
import { NEVER } from './contract/contract-fixture.ts';

/** As long as what is read ahead of a slow reader, so that nothing is left to read when the connection ends. */
const FILE = 'x'.repeat(64 * 1024);

const noNames = () => Promise.reject(new Error('no name is looked up'));

/** Serves the file on every connection and closes it. `hasEnded`: the first end was sent. */
async function startCloser(head: string) {
  let tellEnded: () => void = () => undefined;
  const hasEnded = new Promise<void>((resolve) => (tellEnded = resolve));
  const server = createServer((socket: Socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\n${head}\r\n${FILE}`, tellEnded));
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, hasEnded };
}

const HEADS = [
  ['told its length', `content-length: ${String(FILE.length)}\r\nconnection: close\r\n`],
  ['told no length', ''],
] as const;

/** Reads after the end of the connection has arrived, since a whole exchange came after it. */
async function readLate(content: Readable, hasEnded: Promise<void>, exchange: () => Promise<unknown>) {
  await hasEnded;
  await exchange();
  return (await text(content)).length;
}

it.each(HEADS)(
  'a result of a service that %s and closed its connection is whole, when it is read later',
  async (_what, head) => {
    const { url, hasEnded } = await startCloser(head);
    const fetchResult = createFetchResult({ trusted: url, resolve: noNames });
    const open = async () => {
      const fetched = await fetchResult({ at: 'link', url, bytes: null, sha256: null }, NEVER);
      if (fetched.outcome !== 'opened') throw new Error(`the result is ${fetched.outcome}`);
      return fetched.file.content;
    };
    expect(await readLate(await open(), hasEnded, async () => text(await open()))).toBe(FILE.length);
  },
);

it.each(HEADS)(
  'a reference of a server that %s and closed its connection is whole, when it is read later',
  async (_what, head) => {
    const { url, hasEnded } = await startCloser(head);
    const openOutside = createOpenOutside(noNames, { allowsLocal: true });
    const open = (use: (body: Readable) => Promise<number>) =>
      openOutside(url, '*/*', NEVER, (answer) => {
        if (answer.outcome !== 'answered') throw new Error(`the address is ${answer.why}`);
        return use(answer.body);
      });
    const readNow = () => open(async (body) => (await text(body)).length);
    expect(await open((body) => readLate(body, hasEnded, readNow))).toBe(FILE.length);
  },
);

const STALLED_AFTER_MS = 200;

/** Serves twice the file, in one or two halves, and never ends. */
async function openUnending(halves: 1 | 2) {
  const server = createServer((socket: Socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write(
        `HTTP/1.1 200 OK\r\ncontent-length: ${String(2 * FILE.length)}\r\n\r\n${FILE.repeat(halves)}`,
      );
    });
    onTestFinished(() => void socket.destroy());
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return openStream(url, '*/*', lookup, NEVER, STALLED_AFTER_MS);
}

it('a body waits for a reader that is slower than a server may be', async () => {
  const body = await openUnending(2);
  // The reader comes as the time is over once more, and finds the buffer full: what it reads of then is yet to arrive.
  await sleep(3 * STALLED_AFTER_MS);
  expect((await text(body)).length).toBe(2 * FILE.length);
});

it('a body whose server stalls while its reader is slow ends with the reason', async () => {
  const body = await openUnending(1);
  await sleep(2 * STALLED_AFTER_MS);
  await expect(text(body)).rejects.toThrow(`nothing arrived for ${String(STALLED_AFTER_MS)} ms`);
});
