import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addDollars, decimalOf, multiplyDollars, subtractDollars } from '../../domain/prices/dollars.ts';

const nanos = fc.bigInt({ min: 0n, max: 10n ** 18n });
const textOf = (value: bigint) => {
  const digits = value.toString().padStart(10, '0');
  return `${digits.slice(0, -9)}.${digits.slice(-9)}`;
};
const shown = (value: bigint) => addDollars([textOf(value)]);

test('amounts add up exactly, in any order, whatever their size', () => {
  fc.assert(
    fc.property(fc.array(nanos, { maxLength: 20 }), (values) => {
      const sum = shown(values.reduce((total, value) => total + value, 0n));
      expect(addDollars(values.map(textOf))).toBe(sum);
      expect(addDollars(values.map(textOf).reverse())).toBe(sum);
    }),
  );
});

test('what is taken away and given back leaves an amount as it was', () => {
  fc.assert(
    fc.property(nanos, nanos, (one, other) => {
      const [more, less] = one > other ? [one, other] : [other, one];
      const rest = subtractDollars(textOf(more), textOf(less));
      expect(addDollars([rest, textOf(less)])).toBe(shown(more));
    }),
  );
});

test('a product is as exact as a billionth, and a whole number of times is a sum', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 12n }), fc.integer({ min: 0, max: 50 }), (value, times) => {
      const sum = addDollars(Array.from({ length: times }, () => textOf(value)));
      expect(multiplyDollars(textOf(value), String(times))).toBe(sum);
    }),
  );
});

test('less than nothing is written with its sign, and amounts with cents at least', () => {
  expect(subtractDollars('0.10', '0.35')).toBe('-0.25');
  expect([addDollars([]), addDollars(['7']), addDollars(['0.1', '0.2'])]).toEqual(['0.00', '7.00', '0.30']);
});

test.each([1e-9, Number.NaN, Number.POSITIVE_INFINITY, -1, 1e21])('%s of JSON is no amount', (value) => {
  expect(decimalOf(value)).toBeNull();
});

test.each(['', '1e3', '-1', '1.', '.5', '1,5', '１', '1 '])('%j is no amount', (text) => {
  expect(() => addDollars([text])).toThrow(RangeError);
});
