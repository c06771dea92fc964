import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection, isGrpcCancelledError } from '@temporalio/client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { retryUntilClosed } from '../../../runtime/retry-until-closed.ts';

/** Two pauses of the SDK's back-off at the least. */
const RETRIES_MS = 700;

const uncaught: unknown[] = [];
const note = (error: unknown) => uncaught.push(error);
let others: NodeJS.UncaughtExceptionListener[];
beforeEach(() => {
  // vitest's own would fail the run; what comes is this test's to judge.
  others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', note);
  uncaught.length = 0;
});
afterEach(() => {
  process.removeListener('uncaughtException', note);
  for (const listener of others) process.on('uncaughtException', listener);
});

/** Whether a call that is under way when its connection is closed is rejected within the time of its retries. */
async function closeWhileRetrying(interceptors: readonly (typeof retryUntilClosed)[] | undefined) {
  const port = await unusedPort();
  const connection = Connection.lazy({
    address: `127.0.0.1:${String(port)}`,
    ...(interceptors === undefined ? {} : { interceptors: [...interceptors] }),
  });
  const client = new Client({ connection });
  const call = client.workflow.getHandle('a-workflow').describe();
  const rejected = call.then(
    () => undefined,
    (error: unknown) => error,
  );
  await sleep(50);
  await connection.close();
  return Promise.race([rejected, sleep(RETRIES_MS).then(() => 'pending' as const)]);
}

async function unusedPort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

it('a call that the SDK retries is rejected when its connection is closed, and throws nothing past its caller', async () => {
  const error = await closeWhileRetrying([retryUntilClosed]);
  expect(uncaught).toEqual([]);
  expect(isGrpcCancelledError(error) || (error instanceof Error && isGrpcCancelledError(error.cause))).toBe(
    true,
  );
});

it('without the interceptor the retries of the SDK throw where no caller can catch it', async () => {
  const outcome = await closeWhileRetrying(undefined);
  expect([outcome, uncaught.map(String)]).toEqual(['pending', ['Error: Channel has been shut down']]);
});
