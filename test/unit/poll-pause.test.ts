import { expect, test } from 'vitest';
import { pollPauseMs } from '../../activities/webhooks/poll-pause.ts';

type HeardBy = Parameters<typeof pollPauseMs>[2];

/** Polls of a job that has ended after so long, each taken to need no time. */
function pollsOf(jobMs: number, providerPauseMs: number, heardBy: HeardBy) {
  let polls = 1;
  let atMs = 0;
  for (; atMs < jobMs; polls++) atMs += pollPauseMs(providerPauseMs, atMs, heardBy);
  return { polls, foundAfterMs: atMs };
}

/** docs/adding-a-model-service.md shows them. */
test.each([
  ['a service of your own, or the sandbox', 200, 72, 12],
  ['Replicate, or fal', 1_000, 41, 9],
])(
  'a job of two minutes at %s is polled less and less often, and even less with webhooks',
  (_what, pauseMs, polled, told) => {
    expect(pollsOf(120_000, pauseMs, 'polled').polls).toBe(polled);
    // The last of them is the one that the webhook brings about, or half a minute later the one that does without.
    expect(pollsOf(120_000, pauseMs, 'told').polls).toBe(told);
  },
);

const JOBS_MS = [300, 1_000, 2_500, 8_000, 30_000, 120_000, 300_000, 3_600_000];

test('a result whose webhook never comes is found after twice the time of the job, and at most half a minute late', () => {
  for (const jobMs of JOBS_MS) {
    const { foundAfterMs } = pollsOf(jobMs, 200, 'told');
    expect(foundAfterMs - jobMs).toBeLessThanOrEqual(Math.min(jobMs + 200, 30_000));
  }
});

test('a result without webhooks is found at most a twentieth of the time of its job late', () => {
  for (const jobMs of JOBS_MS) {
    const { foundAfterMs } = pollsOf(jobMs, 200, 'polled');
    expect(foundAfterMs - jobMs).toBeLessThanOrEqual(Math.min(jobMs / 20 + 200, 10_000));
  }
});

test('a service that asks for a longer pause between polls gets it', () => {
  for (const heardBy of ['told', 'polled'] as const) {
    expect(pollPauseMs(30_000, 0, heardBy)).toBe(30_000);
    expect(pollPauseMs(30_000, 10 ** 9, heardBy)).toBe(30_000);
  }
  expect(pollPauseMs(1_000, 10 ** 9, 'polled')).toBe(10_000);
  expect(pollPauseMs(1_000, 10 ** 9, 'told')).toBe(30_000);
});
