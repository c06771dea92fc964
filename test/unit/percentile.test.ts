import { expect, test } from 'vitest';
import { median } from '../bench/median.ts';
import { percentile } from '../bench/percentile.ts';

const ONE_TO_HUNDRED = Array.from({ length: 100 }, (_, index) => 100 - index);

test('a percentile is the figure that so many are not above, in whatever order they come', () => {
  expect(percentile(ONE_TO_HUNDRED, 0.5)).toBe(50);
  expect(percentile(ONE_TO_HUNDRED, 0.99)).toBe(99);
  expect(percentile(ONE_TO_HUNDRED, 1)).toBe(100);
});

test('of few figures, the 99th percentile is the highest', () => {
  expect(percentile([3, 1, 2], 0.99)).toBe(3);
  expect(percentile([7], 0.01)).toBe(7);
});

test('of no figures there is neither percentile nor median, and no percentile of no share', () => {
  expect(() => percentile([], 0.5)).toThrow(RangeError);
  expect(() => median([])).toThrow(RangeError);
  expect(() => percentile([1], 0)).toThrow(RangeError);
  expect(() => percentile([1], 1.01)).toThrow(RangeError);
});

test('the median of an even number of figures lies between the two in the middle', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([10, 9, 2])).toBe(9);
});
