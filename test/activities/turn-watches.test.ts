import { setTimeout as pause } from 'node:timers/promises';
import { CancelledFailure } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, test, vi } from 'vitest';
import { createTurnWatches } from '../../activities/attempts/turn-watches.ts';
import { createWaitForTurn } from '../../activities/attempts/wait-for-turn.ts';
import type { Attempt } from '../../domain/work/attempt.ts';
import type { Turn } from '../../jobs/attempts/attempt-turns.ts';
import type { NewAttempt } from '../../jobs/attempts/begin-attempt.ts';

/** By default a second, which a busy machine may need for what an idle one does at once. */
const PATIENT = { timeout: 10_000 } as const;
const WAITS: Turn = { waitsFor: 'turn', ahead: 1, waitedSeconds: 1, awaySeconds: 0 };
const attemptOf = (reference: string, model = 'm') =>
  ({
    ...{ accountId: 'acct_1', jobId: 'job_1', reference, provider: 'p', model, part: null },
    reachWithinSeconds: 60,
  }) as unknown as Attempt;

/** A line, and every query of it. */
function createLine() {
  const turns = new Map<string, Turn>();
  const queue = vi.fn((asked: readonly NewAttempt[]) =>
    Promise.resolve(asked.map(({ reference }) => turns.get(reference) ?? WAITS)),
  );
  const record = vi.fn(() => Promise.resolve());
  const dependencies = {
    ...{ attempts: { queue }, progress: { record } },
    turnWatches: createTurnWatches(queue),
  } as unknown as Parameters<typeof createWaitForTurn>[0];
  const wait = (reference: string, model?: string) => {
    const environment = new MockActivityEnvironment();
    return {
      environment,
      outcome: environment.run(createWaitForTurn(dependencies, attemptOf(reference, model))),
    };
  };
  return { turns, queue, record, wait };
}

test('a thousand waiting attempts stay in their activities and cost one query per tick and model; each leaves on its turn', async () => {
  const { turns, queue, record, wait } = createLine();
  const waits = Array.from({ length: 1_000 }, (_, nth) => wait(`a${String(nth)}`));
  const other = wait('b', 'another');
  const firstLooks = 1_001;
  // Two for each tick.
  await vi.waitFor(() => expect(queue.mock.calls.length).toBeGreaterThanOrEqual(firstLooks + 4), PATIENT);
  const ticks = queue.mock.calls.slice(firstLooks);
  expect(ticks.length).toBeLessThanOrEqual(8);
  expect(ticks.some(([asked]) => asked.length === 1_000)).toBe(true);
  expect(ticks.every(([asked]) => new Set(asked.map(({ model }) => model)).size === 1)).toBe(true);
  expect(record, 'its place is told once').toHaveBeenCalledTimes(firstLooks);

  turns.set('a7', { ...WAITS, waitsFor: null });
  turns.set('a8', { ...WAITS, awaySeconds: 3 });
  turns.set('a9', { ...WAITS, waitedSeconds: 60 });
  expect(await waits[7]?.outcome).toBeNull();
  expect(await waits[8]?.outcome).toEqual({ outcome: 'waiting', waitsFor: 'turn', retryAfterMs: 3_000 });
  expect(await waits[9]?.outcome).toEqual({ outcome: 'failed', code: 'start_deadline' });

  for (const { environment } of [...waits, other]) environment.cancel();
  const ends = await Promise.allSettled([...waits, other].map(({ outcome }) => outcome));
  const canceled = ends.filter((end) => end.status === 'rejected' && end.reason instanceof CancelledFailure);
  expect(canceled).toHaveLength(998);
  await pause(600);
  const queries = queue.mock.calls.length;
  await pause(700);
  expect(queue.mock.calls.length, 'none waits any more').toBe(queries);
});

test('a failed look is repeated, and the waiting attempts stay', async () => {
  const { turns, queue, wait } = createLine();
  const { outcome } = wait('a');
  await vi.waitFor(() => expect(queue).toHaveBeenCalledTimes(1), PATIENT);
  queue.mockRejectedValueOnce(new Error('Connection terminated unexpectedly'));
  turns.set('a', { ...WAITS, waitsFor: null });
  expect(await outcome).toBeNull();
  expect(queue.mock.calls.length).toBe(3);
});
