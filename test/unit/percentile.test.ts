import { expect, test } from 'vitest';
import { exitCodeOf } from '../bench/bench-report.ts';
import { median } from '../bench/median.ts';
import { percentile } from '../bench/percentile.ts';

const ONE_TO_HUNDRED = Array.from({ length: 100 }, (_, index) => 100 - index);

test('a percentile is the figure that this share does not exceed, in any order of the figures', () => {
  expect(percentile(ONE_TO_HUNDRED, 0.5)).toBe(50);
  expect(percentile(ONE_TO_HUNDRED, 0.99)).toBe(99);
  expect(percentile(ONE_TO_HUNDRED, 1)).toBe(100);
});

test('the 99th percentile of few figures is the highest', () => {
  expect(percentile([3, 1, 2], 0.99)).toBe(3);
  expect(percentile([7], 0.01)).toBe(7);
});

test('a percentile of no figures, a median of none, and a share that is none, throw', () => {
  expect(() => percentile([], 0.5)).toThrow(RangeError);
  expect(() => median([])).toThrow(RangeError);
  expect(() => percentile([1], 0)).toThrow(RangeError);
  expect(() => percentile([1], 1.01)).toThrow(RangeError);
});

test('the median of an even number of figures is halfway between the two in the middle', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([10, 9, 2])).toBe(9);
});

test.each(['rss_over_bound', 'cpu_over_bound', 'last_over_bound', 'reserve_seen_p95_over_500_ms'])(
  'a benchmark whose %s is above 1 ends with 1, and at 1 with 0',
  (name) => {
    expect(exitCodeOf({ ratios: { [name]: 1, jobs_over_bare: 3 } })).toBe(0);
    for (const over of [1.01, Number.NaN]) expect(exitCodeOf({ ratios: { other: 0, [name]: over } })).toBe(1);
  },
);
