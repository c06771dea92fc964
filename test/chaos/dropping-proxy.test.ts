import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDroppingProxy, type DroppingProxy } from '../soak/jobs/dropping-proxy.ts';

let server: net.Server;
let received: string[];
let proxy: DroppingProxy;

beforeEach(async () => {
  received = [];
  server = net.createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      received.push(chunk.toString());
      socket.write(`re: ${chunk.toString()}`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  proxy = await createDroppingProxy();
  proxy.forwardTo(`http://127.0.0.1:${String((server.address() as net.AddressInfo).port)}`);
});
afterEach(async () => {
  await proxy.close();
  await new Promise((resolve) => server.close(resolve));
});

async function connect() {
  const socket = net.connect(Number(new URL(proxy.url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}
const say = async (socket: net.Socket, text: string) => {
  const answer = once(socket, 'data');
  socket.write(text);
  return String((await answer)[0]);
};

describe('a network of the soak that drops packets', () => {
  it('passes data on, and after an outage what arrived meanwhile', async () => {
    const socket = await connect();
    expect(await say(socket, 'one')).toBe('re: one');
    proxy.drop();
    const answer = say(socket, 'two');
    await sleep(300);
    expect(received).toEqual(['one']);
    proxy.restore();
    expect(await answer).toBe('re: two');
    socket.destroy();
  });

  it('delivers what a closed connection had sent, since its kernel goes on sending', async () => {
    const socket = await connect();
    proxy.drop();
    socket.end('late');
    await sleep(300);
    proxy.restore();
    await expect.poll(() => received).toEqual(['late']);
  });

  it('delivers nothing of a reset connection, though the network comes back', async () => {
    const socket = await connect();
    proxy.drop();
    socket.write('never');
    await sleep(100);
    socket.resetAndDestroy();
    await sleep(100);
    proxy.restore();
    await sleep(1_500);
    expect(received).toEqual([]);
  });

  it('keeps the order when something is sent before the late packets have arrived', async () => {
    const socket = await connect();
    proxy.drop();
    socket.write('a');
    await sleep(400);
    proxy.restore();
    socket.write('b');
    await expect.poll(() => received.join('')).toBe('ab');
    socket.destroy();
  });
});
