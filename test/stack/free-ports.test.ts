import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { chooseFreePorts, LOCAL_HOST } from '../../dev/free-ports.ts';

test('a preferred port that is free is taken', async () => {
  const { first } = await chooseFreePorts({ first: 0 });
  expect(await chooseFreePorts({ again: first })).toEqual({ again: first });
});

test('a busy port is replaced by a free one', async () => {
  const server = createServer().listen(0, LOCAL_HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const chosen = await chooseFreePorts({ wanted: port });
  expect(chosen.wanted).not.toBe(port);
  expect(chosen.wanted).toBeGreaterThan(0);
  server.close();
});

test('no two names get the same port', async () => {
  const chosen = Object.values(await chooseFreePorts({ a: 0, b: 0, c: 0, d: 0 }));
  expect(new Set(chosen).size).toBe(4);
});
