import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseCredits, sumCredits, toCredits } from '../../domain/credits/credits.ts';

const credits = fc.maxSafeNat();

test('what PostgreSQL prints of an amount is read back as the same amount', () => {
  fc.assert(fc.property(credits, (amount) => parseCredits(String(amount)) === amount));
});

test('nothing but a whole, safe, non-negative number is an amount', () => {
  const isAmount = (value: number) => Number.isSafeInteger(value) && value >= 0;
  fc.assert(
    fc.property(fc.oneof(fc.double(), fc.integer(), fc.constantFrom(2 ** 53, Infinity, -0)), (value) => {
      if (isAmount(value)) expect(Object.is(toCredits(value), value === 0 ? 0 : value)).toBe(true);
      else expect(() => toCredits(value)).toThrow(RangeError);
    }),
  );
});

test('no other text is an amount', () => {
  const isPlain = (text: string) => /^(0|[1-9][0-9]*)$/.test(text) && Number(text) <= Number.MAX_SAFE_INTEGER;
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.constantFrom('1.0', '1e3', ' 1', '01', '-1', '9007199254740992', '٣')),
      (text) => {
        if (!isPlain(text)) expect(() => parseCredits(text)).toThrow(RangeError);
      },
    ),
  );
});

test('a sum is exact or an error, never rounded', () => {
  fc.assert(
    fc.property(fc.array(credits, { maxLength: 5 }), (amounts) => {
      const exact = amounts.reduce((sum, amount) => sum + BigInt(amount), 0n);
      if (exact <= BigInt(Number.MAX_SAFE_INTEGER)) expect(BigInt(sumCredits(amounts))).toBe(exact);
      else expect(() => sumCredits(amounts)).toThrow(RangeError);
    }),
  );
});
