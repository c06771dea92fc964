import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { request } from 'undici';
import { withTimeLimit } from '../../../runtime/time-limit.ts';

/** Run with --expose-gc: requests to a server that never responds, with a garbage collection every few milliseconds. */

const REQUESTS = 8;
const LIMIT_MS = 300;

const collect = (globalThis as { gc?: () => void }).gc;
if (collect === undefined) throw new Error('run with --expose-gc');
const collecting = setInterval(collect, 20);
const server = createServer(() => undefined).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;

const { signal } = new AbortController();
const ends = await Promise.all(
  Array.from({ length: REQUESTS }, async () => {
    try {
      await withTimeLimit(LIMIT_MS, signal, (limited) => request(url, { signal: limited }));
      return 'responded';
    } catch (error) {
      return error instanceof Error ? error.name : 'not an error';
    }
  }),
);
process.stdout.write(JSON.stringify(ends));
clearInterval(collecting);
process.exit(0);
