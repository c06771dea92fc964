import type { Info } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { withHeartbeat } from '../../activities/attempts/with-heartbeat.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** When a step that takes so long sends its heartbeats: milliseconds after it began. */
async function beatsOf(
  seconds: number,
  heartbeatTimeoutMs: number,
  ofTry: Partial<Info> = {},
): Promise<readonly number[]> {
  const environment = new MockActivityEnvironment({ heartbeatTimeoutMs, ...ofTry });
  const startedAt = Date.now();
  const beats: number[] = [];
  environment.on('heartbeat', () => beats.push(Date.now() - startedAt));
  const step: Promise<unknown> = environment.run(() =>
    withHeartbeat(() => new Promise<void>((resolve) => setTimeout(resolve, seconds * 1_000))),
  );
  await vi.advanceTimersByTimeAsync(seconds * 1_000);
  await step;
  await vi.advanceTimersByTimeAsync(60_000);
  return beats;
}

const gapsOf = (beats: readonly number[]) => beats.slice(1).map((at, index) => at - (beats[index] ?? 0));

test('a step of milliseconds sends no heartbeat', async () => {
  expect(await beatsOf(0.4, 10_000)).toEqual([]);
});

test('a step sends its first heartbeat after half a second, and none after its end', async () => {
  expect(await beatsOf(1.2, 10_000)).toEqual([500, 1_000]);
});

test('a long step sends fewer and fewer heartbeats, two at least within its heartbeat timeout', async () => {
  const beats = await beatsOf(300, 10_000);
  // Each is an action in Temporal Cloud: two a second would be 600.
  expect(beats.length).toBeLessThan(75);
  const gaps = gapsOf(beats);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(5_000);
  gaps.forEach((gap, index) => {
    expect(gap).toBeLessThanOrEqual(Math.max(500, (beats[index] ?? 0) / 4) + 1);
  });
});

test('a worker that takes a long step over sends heartbeats as rarely as the worker that died', async () => {
  const ofTry = { attempt: 2, scheduledTimestampMs: Date.now() - 300_000 };
  expect(await beatsOf(16, 10_000, ofTry)).toEqual([5_000, 10_000, 15_000]);
});
