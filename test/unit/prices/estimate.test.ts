import { expect, test } from 'vitest';
import { estimate as estimateBy } from '../../../domain/prices/estimate.ts';
import { SUPERSCALE_PRICING } from '../../harness/superscale.ts';

const estimate = (credits: number) => estimateBy(credits, SUPERSCALE_PRICING.priceList);

test.each([
  [1_000, 28, 1],
  [3_000, 85, 4],
  [4_000, 114, 5],
  [8_000, 228, 11],
  [16_000, 457, 22],
  [32_000, 914, 45],
  [60_000, 1_714, 85],
])('%i credits buy %i statics or %i videos', (credits, statics, videos) => {
  expect(estimate(credits)).toEqual({ statics, videos });
});

test('a balance one credit short of a price buys none, and a balance of the price buys one', () => {
  expect([estimate(34), estimate(35)]).toEqual([
    { statics: 0, videos: 0 },
    { statics: 1, videos: 0 },
  ]);
  expect([estimate(699)['videos'], estimate(700)['videos']]).toEqual([0, 1]);
});

test.each([-1, 1.5, Number.NaN, 2 ** 53])('a balance of %d is refused', (credits) => {
  expect(() => estimate(credits)).toThrow(RangeError);
});
