import { describe, expect, test } from 'vitest';
import {
  flat,
  perMegapixel,
  perSecond,
  perThousandCharacters,
  sum,
  table,
} from '../../../domain/prices/price-rule-builders.ts';
import { faultsOfRule, type FieldFacts } from '../../../domain/prices/price-rule-faults.ts';
import { priceByRule, type PriceRule } from '../../../domain/prices/price-list.ts';

const listed = (...values: readonly (string | number)[]): FieldFacts => ({
  values,
  type: typeof values[0] === 'number' ? 'number' : 'text',
  min: null,
  max: null,
  isAlwaysThere: true,
});
const number = (min: number | null, max: number | null): FieldFacts => ({
  values: null,
  type: 'number',
  min,
  max,
  isAlwaysThere: true,
});
const FACTS: Readonly<Record<string, FieldFacts>> = {
  duration_seconds: listed(15, 30, 60),
  quality: listed('draft', 'high'),
  seconds: number(1, 600),
  script: { values: null, type: 'text', min: 1, max: 20_000, isAlwaysThere: true },
  style: { ...listed('plain'), isAlwaysThere: false },
  blank: { values: null, type: 'text', min: 0, max: 20_000, isAlwaysThere: true },
  tiny: number(Number.MIN_VALUE, 600),
  nothing: number(0, 600),
  endless: number(0, null),
  signed: number(null, 10),
};
const faultsOf = (rule: PriceRule) => faultsOfRule(rule, (field) => FACTS[field]);

describe('a price', () => {
  test('is rounded up to whole units, and at least the minimum', () => {
    const rule = perThousandCharacters('script', { credits: 8, minimum: 10 });
    expect(priceByRule(rule, { script: 'a' }).credits).toBe(10);
    expect(priceByRule(rule, { script: 'a'.repeat(1_000) }).credits).toBe(10);
    expect(priceByRule(rule, { script: 'a'.repeat(1_001) }).credits).toBe(16);
  });

  test('counts a character outside the basic plane as one', () => {
    const rule = perThousandCharacters('script', { credits: 8 });
    expect(priceByRule(rule, { script: '😀'.repeat(1_000) }).credits).toBe(8);
  });

  test('lists the parts that it is made of', () => {
    const rule = sum(flat(20), perSecond('seconds', { credits: 3 }), perMegapixel('w', 'h', { credits: 2 }));
    expect(priceByRule(rule, { seconds: 2.5, w: 1_920, h: 1_080 })).toEqual({
      credits: 35,
      parts: [
        { rule: 'flat', credits: 20 },
        { rule: 'per_unit', credits: 9, unit: 'second', units: 3, unit_credits: 3 },
        { rule: 'per_unit', credits: 6, unit: 'megapixel', units: 3, unit_credits: 2 },
      ],
    });
  });

  test('of a value that is not in its table throws, also for a name that every object has', () => {
    const rule = table(['quality'], { draft: 1, high: 2 });
    expect(() => priceByRule(rule, { quality: 'constructor' })).toThrow(RangeError);
    expect(priceByRule(rule, { quality: 'high' }).credits).toBe(2);
  });
});

describe('a rule for a kind', () => {
  test('that prices all that the kind allows has no fault', () => {
    const prices = { 15: { draft: 1, high: 2 }, 30: { draft: 3, high: 4 }, 60: { draft: 5, high: 6 } };
    expect(faultsOf(table(['duration_seconds', 'quality'], prices))).toEqual([]);
    expect(faultsOf(sum(flat(3), perSecond('seconds', { credits: 2 })))).toEqual([]);
    expect(faultsOf(perThousandCharacters('script', { credits: 8 }))).toEqual([]);
    expect(faultsOf(perSecond('tiny', { credits: 3 }))).toEqual([]);
    expect(faultsOf(perSecond('nothing', { credits: 3, minimum: 1 }))).toEqual([]);
    expect(faultsOf(sum(flat(1), perSecond('nothing', { credits: 3 })))).toEqual([]);
    expect(faultsOf(flat(1_000_000_000_000))).toEqual([]);
  });

  test.each<[string, PriceRule, readonly string[]]>([
    [
      'a combination without a price',
      table(['duration_seconds', 'quality'], {
        15: { draft: 1, high: 2 },
        30: { draft: 3, high: 4 },
        60: { draft: 5 },
      }),
      ['no price for duration_seconds 60, quality high'],
    ],
    [
      'a price for what is not allowed',
      table(['quality'], { draft: 1, high: 2, ultra: 3 }),
      ['a price for quality ultra, which quality does not allow'],
    ],
    [
      'a price that is no amount',
      table(['quality'], { draft: 1.5, high: 2 }),
      ['quality draft: 1.5 is not a whole number of credits'],
    ],
    [
      'a field that is not there',
      perSecond('length', { credits: 1 }),
      ['there is no field length that a price may read'],
    ],
    [
      'a field without listed values',
      table(['seconds'], {}),
      ['a table needs the list of values that seconds allows'],
    ],
    [
      'a field that may be left out',
      table(['style'], { plain: 1 }),
      ['style may be left out: it needs a default, or has to be required'],
    ],
    ['a text for a number', perSecond('script', { credits: 1 }), ['script is not a number']],
    ['a number for a text', perThousandCharacters('seconds', { credits: 1 }), ['seconds is not a text']],
    [
      'a number without an end',
      perSecond('endless', { credits: 1 }),
      ['endless has no maximum: its price has to be bounded'],
    ],
    ['a number below zero', perSecond('signed', { credits: 1 }), ['signed may be below 0']],
    ['half a credit', flat(0.5), ['credits: 0.5 is not a whole number of credits']],
    ['a sum of nothing', sum(), ['a sum of nothing']],
    [
      'more than can be charged',
      perSecond('seconds', { credits: 10_000_000_000 }),
      ['up to 6000000000000 credits: at most 1000000000000'],
    ],
    [
      'a sum of more than can be charged',
      sum(flat(1_000_000_000_000), flat(1)),
      ['up to 1000000000001 credits: at most 1000000000000'],
    ],
    ['nothing', flat(0), ['costs 0 credits at its least: at least 1']],
    [
      'an entry of nothing',
      table(['quality'], { draft: 0, high: 2 }),
      ['costs 0 credits at its least: at least 1'],
    ],
    [
      'nothing for a number that may be 0',
      perSecond('nothing', { credits: 3 }),
      ['costs 0 credits at its least: at least 1'],
    ],
    [
      'nothing for a text that may be empty',
      perThousandCharacters('blank', { credits: 3 }),
      ['costs 0 credits at its least: at least 1'],
    ],
    [
      'more units than can be counted',
      { ...perSecond('seconds', { credits: 0, minimum: 1 }), unit_size: 5e-324 },
      ['unit_size 5e-324 makes more units than can be counted'],
    ],
  ])('is refused for %s', (_, rule, faults) => {
    expect(faultsOf(rule)).toEqual(faults);
  });
});
