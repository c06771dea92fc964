import { expect, it } from 'vitest';
import { figureOf } from '../../../console/shared/parts/figure-of.ts';

it('reads a whole number, with spaces around it, and an empty text as none', () => {
  expect(['', '  ', '0', '007', ' 42 ', '999999999'].map((text) => figureOf(text))).toEqual([
    ...[null, null, 0, 7, 42, 999_999_999],
  ]);
  expect(figureOf('1234567', 7)).toBe(1_234_567);
});

it('takes no other text for a number, and shortens none to one', () => {
  const others = ['-5', '1.5', '1,000', '1e3', '1e12', '0x10', '12abc', '１２', '٣', '1000000000'];
  expect(others.map((text) => figureOf(text))).toEqual(others.map(() => undefined));
  expect(figureOf('12345678', 7)).toBe(undefined);
});
