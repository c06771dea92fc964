import { setTimeout as pause } from 'node:timers/promises';
import { CancelledFailure } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, test, vi } from 'vitest';
import { createWaitToPoll } from '../../activities/provider-webhooks/wait-to-poll.ts';
import {
  createWebhookWatches,
  type WatchedAttempt,
} from '../../activities/provider-webhooks/webhook-watches.ts';

/** A wait that nothing ends. */
const LONG_MS = 20_000;
const attemptOf = (reference: string): WatchedAttempt => ({ accountId: 'acct_1', reference });

/** What is on record, and every query of it. */
function createRecord() {
  const webhooks = new Map<string, number>();
  const count = vi.fn((asked: readonly WatchedAttempt[]) =>
    Promise.resolve(
      new Map(asked.flatMap(({ reference }) => [...webhooks].filter(([of]) => of === reference))),
    ),
  );
  return { webhooks, count, watches: createWebhookWatches(count) };
}

async function millisecondsOf(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

test('a webhook ends the wait for the next poll', async () => {
  const { webhooks, watches } = createRecord();
  const wait = createWaitToPoll(watches, attemptOf('a'));
  setTimeout(() => webhooks.set('a', 1), 300);
  const waitedMs = await millisecondsOf(() => new MockActivityEnvironment().run(wait, LONG_MS));
  expect(waitedMs).toBeGreaterThan(250);
  expect(waitedMs).toBeLessThan(LONG_MS);
});

test('a webhook from before the first wait, or between two, ends one wait', async () => {
  const { webhooks, watches } = createRecord();
  const wait = createWaitToPoll(watches, attemptOf('a'));
  webhooks.set('a', 1);
  const environment = new MockActivityEnvironment();
  expect(await millisecondsOf(() => environment.run(wait, LONG_MS))).toBeLessThan(LONG_MS);
  // Nothing new: it waits as long as it is asked to.
  expect(await millisecondsOf(() => environment.run(wait, 700))).toBeGreaterThan(650);
  webhooks.set('a', 2);
  expect(await millisecondsOf(() => environment.run(wait, LONG_MS))).toBeLessThan(LONG_MS);
});

test('the pauses grow, and are short again after a webhook, which may come before the service’s own record changes', async () => {
  const { webhooks, watches } = createRecord();
  const wait = createWaitToPoll(watches, attemptOf('a'));
  const environment = new MockActivityEnvironment();
  const pauses: number[] = [];
  for (let poll = 0; poll < 3; poll++) pauses.push(await millisecondsOf(() => environment.run(wait, 300)));
  // Each as long as all before it and the service's own pause.
  for (const [nth, ms] of pauses.entries()) expect(ms, String(nth)).toBeGreaterThan(300 * 2 ** nth - 20);
  webhooks.set('a', 1);
  await environment.run(wait, 300);
  const after = await millisecondsOf(() => environment.run(wait, 300));
  expect(after).toBeLessThan(pauses.reduce((sum, ms) => sum + ms, 0));
});

test('many attempts are watched by one query a tick, and none once no attempt is watched', async () => {
  const { webhooks, count, watches } = createRecord();
  const waits = Array.from({ length: 500 }, (_, index) => {
    const environment = new MockActivityEnvironment();
    return environment.run(createWaitToPoll(watches, attemptOf(`a${String(index)}`)), LONG_MS);
  });
  await pause(900);
  expect(count.mock.calls.length).toBeLessThanOrEqual(5);
  expect(count.mock.lastCall?.[0]).toHaveLength(500);
  for (let index = 0; index < 500; index++) webhooks.set(`a${String(index)}`, 1);
  await Promise.all(waits);
  await pause(300);
  const queries = count.mock.calls.length;
  await pause(700);
  expect(count.mock.calls.length).toBe(queries);
});

test('more attempts than fit one query are asked about in several', async () => {
  const { count, watches } = createRecord();
  const open = Array.from({ length: 2_001 }, (_, index) =>
    watches.open(attemptOf(`a${String(index)}`), () => false),
  );
  await vi.waitFor(() => expect(count.mock.calls.map(([asked]) => asked.length)).toContain(1), {
    timeout: 10_000,
  });
  for (const watch of open) watch.close();
});

test('a database that is away is asked again, and the wait ends as usual', async () => {
  const { webhooks, count, watches } = createRecord();
  count.mockRejectedValueOnce(new Error('the database is away'));
  const environment = new MockActivityEnvironment();
  webhooks.set('a', 1);
  const waitedMs = await millisecondsOf(() =>
    environment.run(createWaitToPoll(watches, attemptOf('a')), LONG_MS),
  );
  expect(waitedMs).toBeLessThan(LONG_MS);
});

test('a worker that takes over an attempt polls at the pace of the dead one', async () => {
  const ofTry = { attempt: 2, scheduledTimestampMs: Date.now() - 20_000 };
  // A twentieth of it.
  const wait = createWaitToPoll(null, attemptOf('a'));
  const waitedMs = await millisecondsOf(() => new MockActivityEnvironment(ofTry).run(wait, 200));
  expect(waitedMs).toBeGreaterThan(1_180);
});

test('a cancel ends the wait', async () => {
  const { watches } = createRecord();
  const environment = new MockActivityEnvironment();
  const waiting = environment.run(createWaitToPoll(watches, attemptOf('a')), LONG_MS);
  setTimeout(() => environment.cancel(), 100);
  await expect(waiting).rejects.toThrow(CancelledFailure);
});
