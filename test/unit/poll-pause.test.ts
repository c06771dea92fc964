import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { POLL_INTERVAL_MS as OF_FAL_MS } from '../../activities/providers/fal/fal-response.ts';
import { POLL_INTERVAL_MS as OF_OUR_PROTOCOL_MS } from '../../activities/providers/generic/generic-job.ts';
import { POLL_INTERVAL_MS as OF_REPLICATE_MS } from '../../activities/providers/replicate/replicate-prediction.ts';
import { pollPauseMs } from '../../activities/provider-webhooks/poll-pause.ts';

type HeardBy = Parameters<typeof pollPauseMs>[2];

/** Polls of a job that has ended after so long, each taken to need no time. */
function pollsOf(jobMs: number, providerPauseMs: number, heardBy: HeardBy) {
  let polls = 1;
  let atMs = 0;
  for (; atMs < jobMs; polls++) atMs += pollPauseMs(providerPauseMs, atMs, heardBy);
  return { polls, foundAfterMs: atMs };
}

const page = (name: string) => readFileSync(path.join(import.meta.dirname, '../../docs', name), 'utf8');
const PAGE = page('adding-a-model-service.md');
/** The page's lines of a job of two minutes, each with the pause that its service asks for, in seconds. */
const SHOWN = [...PAGE.matchAll(/^\| (.+) \(([\d.]+) s\) \| (\d+) \| (\d+) \|$/gm)].map(
  ([, what = '', seconds, polled, told]) =>
    [what, Number(seconds) * 1_000, Number(polled), Number(told)] as const,
);

test.each(SHOWN)(
  'a job of two minutes at %s is polled as often as docs/adding-a-model-service.md says, and less with webhooks',
  (_what, pauseMs, polled, told) => {
    expect(pollsOf(120_000, pauseMs, 'polled').polls).toBe(polled);
    // The last of them is the one that the webhook brings about, or half a minute later the one that does without.
    expect(pollsOf(120_000, pauseMs, 'told').polls).toBe(told);
    expect(told).toBeLessThan(polled);
  },
);

test('the pages say how long pauses become, and how often services are polled', () => {
  expect(SHOWN.map(([, pauseMs]) => pauseMs)).toEqual([OF_OUR_PROTOCOL_MS, OF_REPLICATE_MS]);
  expect(OF_FAL_MS).toBe(OF_REPLICATE_MS);
  const longest = (text: string, words: RegExp) => Number(words.exec(text)?.[1]) * 1_000;
  const polled = pollPauseMs(0, 10 ** 9, 'polled');
  const told = pollPauseMs(0, 10 ** 9, 'told');
  expect(longest(PAGE, /Without webhooks they are a twentieth of it, up to (\d+) s/)).toBe(polled);
  expect(longest(PAGE, /With webhooks they double, up to (\d+) s/)).toBe(told);
  expect(longest(page('model-service-protocol.md'), /pauses that double up to (\d+) s/)).toBe(told);
});

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
