import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { serve } from '../../../api/http/serve.ts';

it('lets a request under way finish when it is stopped, and takes no more', async () => {
  let finish = (): void => undefined;
  const server = await serve({ host: '127.0.0.1', port: 0 }, () => (_request, response) => {
    response.write('begun, ');
    finish = () => response.end('done');
  });
  const url = `http://127.0.0.1:${String(server.port)}`;
  const response = await fetch(url);
  const stopped = server.stop();
  await expect(fetch(url)).rejects.toThrow();
  finish();
  expect(await response.text()).toBe('begun, done');
  const startedAt = Date.now();
  await stopped;
  expect(Date.now() - startedAt).toBeLessThan(2_000);
});

it('does not wait for an idle connection', async () => {
  const server = await serve({ host: '127.0.0.1', port: 0 }, () => (_request, response) => {
    response.end('done');
  });
  await (await fetch(`http://127.0.0.1:${String(server.port)}`)).text();
  const outcome = await Promise.race([server.stop().then(() => 'stopped'), sleep(2_000, 'waits')]);
  expect(outcome).toBe('stopped');
});

it('says that a port is taken', async () => {
  const server = await serve({ host: '127.0.0.1', port: 0 }, () => () => undefined);
  await expect(serve({ host: '127.0.0.1', port: server.port }, () => () => undefined)).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
  await server.stop();
});
