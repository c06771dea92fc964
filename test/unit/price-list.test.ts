import { expect, test } from 'vitest';
import { CURRENT_PRICE_LIST, priceListOf } from '../../domain/price-list.ts';

test('price list 1 is that of docs/credits.md, figure by figure', () => {
  expect(priceListOf(1)).toEqual({
    version: 1,
    staticAd: 35,
    videoAd: {
      15: { draft: 500, standard: 600, high: 700 },
      30: { draft: 600, standard: 700, high: 800 },
      60: { draft: 700, standard: 800, high: 900 },
    },
    chatMessage: 1,
    planningVideo: 700,
  });
});

test('new quotes are made under version 1, and a version that was never published is not known', () => {
  expect(CURRENT_PRICE_LIST).toBe(priceListOf(1));
  expect(priceListOf(0)).toBeUndefined();
});
