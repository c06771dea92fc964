import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { CancelledFailure } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Attempt } from '../../domain/work/attempt.ts';
import { createActivitiesFixture, type ActivitiesFixture } from './activities-fixture.ts';

let fixture: ActivitiesFixture;
beforeAll(async () => {
  fixture = await createActivitiesFixture();
});
afterAll(() => fixture.close());

const rowOf = ({ accountId, reference }: Attempt) => fixture.attempts.read(accountId, reference);

/** A port that nothing listens on. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function submitting(port: number, attempt: Attempt) {
  const environment = new MockActivityEnvironment({ scheduledTimestampMs: Date.now() });
  const submit = fixture.submitAt(`http://127.0.0.1:${String(port)}`);
  return { environment, submission: environment.run(submit, attempt) };
}

test('a service that restarts gets the submission once when it is back, as the same attempt', async () => {
  const { attempt } = await fixture.admit('restart');
  const port = await freePort();
  const { submission } = submitting(port, attempt);
  await sleep(1_500);
  expect(await rowOf(attempt), 'a connection that was never made is no attempt').toBeUndefined();
  let posts = 0;
  const server = createServer((request, response) => {
    posts += 1;
    request.resume().on('end', () => response.writeHead(201).end(JSON.stringify({ id: 'back' })));
  }).listen(port, '127.0.0.1');
  expect(await submission).toEqual({ outcome: 'accepted', providerJobId: 'back' });
  expect(posts).toBe(1);
  server.closeAllConnections();
  server.close();
});

test('a service that stays away fails the attempt at its limit with start_deadline, and leaves no row', async () => {
  const { attempt } = await fixture.admit('away');
  const { submission } = submitting(await freePort(), { ...attempt, reachWithinSeconds: 1 });
  expect(await submission).toEqual({ outcome: 'failed', code: 'start_deadline' });
  expect(await rowOf(attempt)).toBeUndefined();
});

test('a cancel ends the wait for a provider', async () => {
  const { attempt } = await fixture.admit('canceled');
  const { environment, submission } = submitting(await freePort(), attempt);
  setTimeout(() => {
    environment.cancel();
  }, 300);
  await expect(submission).rejects.toThrow(CancelledFailure);
  expect(await rowOf(attempt)).toBeUndefined();
});
