import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  flat,
  perMegapixel,
  perThousandCharacters,
  perUnit,
  sum,
  table,
} from '../../domain/prices/price-rule-builders.ts';
import { faultsOfRule, type FieldFacts } from '../../domain/prices/price-rule-faults.ts';
import { fieldsOfRule, priceByRule, wholeUnits, type PriceRule } from '../../domain/prices/price-list.ts';

const LENGTHS = [15, 30, 60] as const;
const QUALITIES = ['draft', 'standard', 'high'] as const;

const FACTS: Readonly<Record<string, FieldFacts>> = {
  length: { values: LENGTHS, type: 'number', min: null, max: null, isAlwaysThere: true },
  quality: { values: QUALITIES, type: 'text', min: null, max: null, isAlwaysThere: true },
  seconds: { values: null, type: 'number', min: 0, max: 3_600, isAlwaysThere: true },
  width: { values: null, type: 'number', min: 0, max: 8_192, isAlwaysThere: true },
  height: { values: null, type: 'number', min: 0, max: 8_192, isAlwaysThere: true },
  script: { values: null, type: 'text', min: null, max: 20_000, isAlwaysThere: true },
};
const factsOf = (field: string) => FACTS[field];

const credits = fc.integer({ min: 0, max: 100_000 });
const terms = fc.record({ credits, minimum: fc.integer({ min: 0, max: 10_000 }) });
const simple: fc.Arbitrary<PriceRule> = fc.oneof(
  credits.map(flat),
  fc
    .array(credits, { minLength: 9, maxLength: 9 })
    .map((prices) =>
      table(
        ['length', 'quality'],
        Object.fromEntries(
          LENGTHS.map((length, row) => [
            length,
            Object.fromEntries(QUALITIES.map((quality, column) => [quality, prices[3 * row + column] ?? 0])),
          ]),
        ),
      ),
    ),
  fc
    .tuple(terms, fc.integer({ min: 1, max: 600 }))
    .map(([own, size]) => perUnit('block', 'seconds', { ...own, size })),
  terms.map((own) => perMegapixel('width', 'height', own)),
  terms.map((own) => perThousandCharacters('script', own)),
);
const rule: fc.Arbitrary<PriceRule> = fc.oneof(
  simple,
  fc.array(simple, { minLength: 1, maxLength: 4 }).map((of) => sum(...of)),
);
const fields = fc.record({
  length: fc.constantFrom(...LENGTHS),
  quality: fc.constantFrom(...QUALITIES),
  seconds: fc.double({ min: 0, max: 3_600, noNaN: true }),
  width: fc.integer({ min: 0, max: 8_192 }),
  height: fc.integer({ min: 0, max: 8_192 }),
  script: fc.string({ unit: 'grapheme', maxLength: 5_000 }),
});

test('a rule without a fault has a price, whole and above nothing, for all that its kind allows; it is the sum of its parts', () => {
  fc.assert(
    fc.property(rule, fields, (anyRule, anyFields) => {
      const faults = faultsOfRule(anyRule, factsOf);
      // A rule whose price may be 0 is refused, since nothing would be reserved.
      fc.pre(!faults.some((fault) => fault.startsWith('costs 0 credits')));
      expect(faults).toEqual([]);
      const price = priceByRule(anyRule, anyFields);
      expect(Number.isSafeInteger(price.credits) && price.credits >= 1).toBe(true);
      expect(price.parts.reduce((total, part) => total + part.credits, 0)).toBe(price.credits);
    }),
  );
});

test('a price depends on the fields that its rule reads, and on nothing else', () => {
  fc.assert(
    fc.property(rule, fields, fields, (anyRule, first, second) => {
      const read = fieldsOfRule(anyRule);
      const same = Object.fromEntries(read.map((name) => [name, first[name as keyof typeof first]]));
      expect(priceByRule(anyRule, { ...second, ...same })).toEqual(priceByRule(anyRule, first));
    }),
  );
});

test('a sum costs what its rules cost one by one', () => {
  fc.assert(
    fc.property(fc.array(rule, { minLength: 1, maxLength: 4 }), fields, (rules, anyFields) => {
      const alone = rules.map((one) => priceByRule(one, anyFields).credits);
      expect(priceByRule(sum(...rules), anyFields).credits).toBe(
        alone.reduce((total, one) => total + one, 0),
      );
    }),
  );
});

test('whole units hold the amount, and one unit fewer does not', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1e9, noNaN: true }),
      fc.double({ min: 0.001, max: 1e6, noNaN: true }),
      (amount, size) => {
        const units = wholeUnits(amount, size);
        expect(units * size).toBeGreaterThanOrEqual(amount);
        if (units > 0) expect((units - 1) * size).toBeLessThan(amount);
      },
    ),
  );
});

test('more of an amount never costs less, and never less than the minimum', () => {
  fc.assert(
    fc.property(
      terms,
      fc.double({ min: 0, max: 3_600, noNaN: true }),
      fc.double({ min: 0, max: 3_600, noNaN: true }),
      (own, one, other) => {
        const [less, more] = [Math.min(one, other), Math.max(one, other)];
        const priceOf = (seconds: number) =>
          priceByRule(perUnit('second', 'seconds', own), { seconds }).credits;
        expect(priceOf(less)).toBeLessThanOrEqual(priceOf(more));
        expect(priceOf(less)).toBeGreaterThanOrEqual(own.minimum);
      },
    ),
  );
});

test('a rule is data: it comes back from JSON as the same rule', () => {
  fc.assert(
    fc.property(rule, fields, (anyRule, anyFields) => {
      const copy = JSON.parse(JSON.stringify(anyRule)) as PriceRule;
      expect(priceByRule(copy, anyFields)).toEqual(priceByRule(anyRule, anyFields));
    }),
  );
});
