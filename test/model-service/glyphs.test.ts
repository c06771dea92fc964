import { createHash } from 'node:crypto';
import { createCanvas } from '@napi-rs/canvas';
import { describe, expect, it } from 'vitest';
import { fontOf, typefaceOf } from '../../model-service/render/fonts/font-faces.ts';
import { makeGlyphTable } from '../../model-service/render/fonts/glyph-table.ts';
import { SANDBOX_GLYPHS } from '../../domain/texts/sandbox-glyphs.ts';

const SIZE = 40;

function draw(text: string): { readonly width: number; readonly ink: string; readonly isBlank: boolean } {
  const canvas = createCanvas(SIZE * 4, SIZE * 3);
  const context = canvas.getContext('2d');
  context.font = fontOf(typefaceOf(text), 700, SIZE);
  context.fillText(text, SIZE, SIZE * 2);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  return {
    width: context.measureText(text).width,
    ink: createHash('sha256').update(data).digest('hex'),
    isBlank: data.every((value) => value === 0),
  };
}

describe('the fonts of the pictures', () => {
  it('have a glyph for exactly the code points by which a request is refused or taken', () => {
    expect(SANDBOX_GLYPHS.trim()).toBe(makeGlyphTable());
  });

  it('draw a letter of every script, and not the box of a missing one', () => {
    const box = draw('\u0378');
    for (const letter of 'Ažβжếخאहก面麵パ글🎉🫖→€٣३') {
      const { ink, isBlank } = draw(letter);
      expect([letter, isBlank, ink === box.ink]).toEqual([letter, false, false]);
    }
  });

  it('join what is joined: Arabic letters change their form, and Devanagari makes one letter of several', () => {
    const sumOf = (text: string) => [...text].reduce((sum, letter) => sum + draw(letter).width, 0);
    expect(draw('ببب').width).toBeLessThan(sumOf('ببب') * 0.8);
    expect(draw('क्ष').width).toBeLessThan(draw('क').width + draw('ष').width);
    expect(draw('👩‍👩‍👧').width).toBeLessThan(sumOf('👩👩👧'));
  });

  it('are those of the language: Japanese writes a shared code point in its own way', () => {
    expect(typefaceOf('直す').families.find((family) => family.startsWith('Noto'))).toMatch(/^Noto jp/);
    expect(typefaceOf('直接').families.find((family) => family.startsWith('Noto'))).toMatch(/^Noto (sc|tc)/);
  });

  it('are loaded for the text at hand only', () => {
    expect(typefaceOf('Fresh bread').families.every((family) => family.startsWith('Inter'))).toBe(true);
    expect(typefaceOf('Fresh bread 🎉').families.find((family) => family.startsWith('Noto'))).toMatch(
      /^Noto emoji/,
    );
    expect(typefaceOf('Fresh bread 🎉').families.length).toBeLessThan(12);
  });
});
