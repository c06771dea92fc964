import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { chooseFreePorts, createPortClaims, LOCAL_HOST } from '../../dev/free-ports.ts';

test('a free preferred port is chosen', async () => {
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

test('each name gets a port of its own', async () => {
  const chosen = Object.values(await chooseFreePorts({ a: 0, b: 0, c: 0, d: 0 }));
  expect(new Set(chosen).size).toBe(4);
});

test('two stacks that start at once choose different ports, and a claim holds before anything listens', async () => {
  const wanted = await chooseFreePorts({ api: 0, postgres: 0, temporal: 0 });
  const [first, second] = [createPortClaims(), createPortClaims()];
  const chosen = await Promise.all([first.claim(wanted), second.claim(wanted)]);
  expect(new Set(chosen.flatMap((ports) => Object.values(ports))).size).toBe(6);
  // One of the two got each preferred port.
  for (const [name, port] of Object.entries(wanted))
    expect(chosen.map((ports) => ports[name as keyof typeof wanted])).toContain(port);
  const busy = chosen[0].api;
  expect(await chooseFreePorts({ api: busy })).not.toEqual({ api: busy });
  await first.release();
  expect(await chooseFreePorts({ api: busy })).toEqual({ api: busy });
  await second.release();
});

test('the claim of a dead process does not hold', async () => {
  const free = await chooseFreePorts({ port: 0 });
  const script = `
    import { createPortClaims } from './dev/free-ports.ts';
    await createPortClaims().claim({ port: ${String(free.port)} });
    process.stdout.write('claimed');
    setInterval(() => undefined, 1_000);`;
  const args = ['--import', 'tsx', '--input-type=module', '-e', script];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  expect(await chooseFreePorts(free)).not.toEqual(free);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await chooseFreePorts(free)).toEqual(free);
});
