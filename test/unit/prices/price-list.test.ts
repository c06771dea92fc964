import { expect, test } from 'vitest';
import { flat } from '../../../domain/prices/price-rule-builders.ts';
import { currentPriceList, priceListFor, type PriceList } from '../../../domain/prices/price-list.ts';
import { SUPERSCALE } from '../../harness/superscale.ts';

test('the shipped price list has the prices of docs/credits.md', () => {
  expect(SUPERSCALE.priceLists).toEqual([
    {
      name: 'standard',
      version: 1,
      prices: {
        static_ad: { rule: 'flat', credits: 35 },
        video_ad: {
          rule: 'table',
          fields: ['duration_seconds', 'quality'],
          prices: {
            15: { draft: 500, standard: 600, high: 700 },
            30: { draft: 600, standard: 700, high: 800 },
            60: { draft: 700, standard: 800, high: 900 },
          },
        },
        chat_message: { rule: 'flat', credits: 1 },
      },
      planning: { statics: 35, videos: 700 },
    },
  ]);
});

const list = (name: string, version: number): PriceList => ({
  ...{ name, version },
  prices: { poster: flat(version) },
  planning: {},
});
const LISTS = [list('standard', 1), list('agency', 1), list('standard', 3), list('standard', 2)];

test('the current price list of a name is its highest version, and an unknown name has none', () => {
  expect(currentPriceList(LISTS, 'standard')?.version).toBe(3);
  expect(currentPriceList(LISTS, 'agency')?.version).toBe(1);
  expect(currentPriceList(LISTS, 'nobody')).toBeUndefined();
});

test('an account is priced by its own list, and without one by the first', () => {
  expect(priceListFor(LISTS, 'agency')).toBe(LISTS[1]);
  expect(priceListFor(LISTS, null)).toBe(LISTS[2]);
  expect(() => priceListFor([], null)).toThrow(RangeError);
});
