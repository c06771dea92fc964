import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasVisibleCharacter } from '../../domain/texts/text-rule.ts';
import { INVISIBLE_TEXTS } from '../harness/invisible-texts.ts';

/** Where in Unicode a code point without a picture may come from. */
const WITHOUT_PICTURE =
  /[\p{White_Space}\p{C}\p{M}\p{Default_Ignorable_Code_Point}\u2800\uFFFC\u{13441}\u{13442}\u{1D159}]/u;

const codePoint = fc.integer({ min: 0, max: 0x10ffff }).filter((code) => code < 0xd800 || code > 0xdfff);
const character = codePoint.map((code) => String.fromCodePoint(code));
const invisible = fc.oneof(
  character.filter((one) => WITHOUT_PICTURE.test(one)),
  fc.constantFrom(...INVISIBLE_TEXTS.map(([, text]) => text)),
);
const visible = character.filter((one) => !WITHOUT_PICTURE.test(one));

describe('a visible character', () => {
  it('is in no text of invisible ones, however many there are', () => {
    fc.assert(
      fc.property(fc.array(invisible, { maxLength: 20 }), (texts) => {
        expect(hasVisibleCharacter(texts.join(''))).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is found wherever it stands among invisible ones', () => {
    fc.assert(
      fc.property(fc.array(invisible), visible, fc.array(invisible), (before, one, after) => {
        expect(hasVisibleCharacter([...before, one, ...after].join(''))).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(INVISIBLE_TEXTS)('is not %s', (_name, text) => {
    expect(hasVisibleCharacter(text)).toBe(false);
  });

  it.each([
    'a',
    'é',
    'e\u0301',
    '0',
    '.',
    '€',
    '𝔄',
    '面',
    '글',
    'خ',
    'ह',
    'ก',
    '👩‍👩‍👧',
    '❤\uFE0F',
    '🇩🇪',
    '⠁',
    '\uFFFD',
  ])('is in %s', (text) => {
    expect(hasVisibleCharacter(text)).toBe(true);
  });
});
