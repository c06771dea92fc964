import { expect, test } from 'vitest';
import { pollPauseMs } from '../../activities/webhooks/poll-pause.ts';

/** Polls of a job that has ended after so long, each taken to need no time. */
function pollsOf(jobMs: number, pauseOf: (polls: number) => number): { polls: number; foundAfterMs: number } {
  let polls = 1;
  let atMs = 0;
  while (atMs < jobMs) atMs += pauseOf(polls++ - 1);
  return { polls, foundAfterMs: atMs };
}

test.each([
  ['a service of your own, or the sandbox', 200, 601, 18],
  ['Replicate, or fal', 1_000, 121, 16],
])(
  'a job of two minutes of %s is polled less often where it sends webhooks',
  (_what, pauseMs, without, withThem) => {
    expect(pollsOf(120_000, () => pauseMs).polls).toBe(without);
    // The last of them is the one that the webhook brings about, or ten seconds later the one that does without.
    expect(pollsOf(120_000, (polls) => pollPauseMs(pauseMs, polls)).polls).toBe(withThem);
  },
);

test('a webhook that never comes costs a short job its own time again, and a long one ten seconds', () => {
  for (const jobMs of [300, 1_000, 2_500, 8_000, 30_000, 120_000, 3_600_000]) {
    const { foundAfterMs } = pollsOf(jobMs, (polls) => pollPauseMs(200, polls));
    expect(foundAfterMs - jobMs).toBeLessThanOrEqual(Math.min(jobMs + 200, 10_000));
  }
});

test('a service that asks for longer pauses has them', () => {
  expect(pollPauseMs(30_000, 0)).toBe(30_000);
  expect(pollPauseMs(30_000, 1_000_000)).toBe(30_000);
  expect(pollPauseMs(1_000, 1_000_000)).toBe(10_000);
});
