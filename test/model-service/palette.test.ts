import { describe, expect, it } from 'vitest';
import { contrastOf, mixColors, parseColor, type Color } from '../../model-service/render/color/color.ts';
import { MIN_CONTRAST, paletteOf, TONES } from '../../model-service/render/color/palette.ts';

/** Every corner of the cube, its faces' middles, and colors between that are hard to write on. */
const BRANDS = [0, 0x33, 0x77, 0x80, 0xaa, 0xff].flatMap((red) =>
  [0, 0x55, 0x80, 0xff].flatMap((green) =>
    [0, 0x66, 0x99, 0xff].map((blue): Color => ({ red: red / 255, green: green / 255, blue: blue / 255 })),
  ),
);

describe('the contrast of two colors', () => {
  it('is what WCAG says it is', () => {
    const [black, white, grey] = ['#000', '#ffffff', '#777777'].map(parseColor) as [Color, Color, Color];
    expect(contrastOf(black, white)).toBeCloseTo(21, 5);
    expect(contrastOf(white, grey)).toBeCloseTo(4.478, 2);
    expect(contrastOf(grey, grey)).toBe(1);
  });
});

describe('the palette of any brand color', () => {
  it.each(TONES)(
    'is readable in tone %s: text on ground, on glow and on what lies between, label on button',
    (tone) => {
      for (const brand of BRANDS) {
        const palette = paletteOf(brand, tone);
        const grounds = [...palette.ground, palette.glow];
        for (const share of [0.25, 0.5, 0.75])
          grounds.push(mixColors(palette.ground[1], palette.glow, share));
        for (const ground of grounds) {
          expect(contrastOf(palette.ink, ground), JSON.stringify(brand)).toBeGreaterThanOrEqual(MIN_CONTRAST);
          expect(contrastOf(palette.softInk, ground), JSON.stringify(brand)).toBeGreaterThanOrEqual(
            MIN_CONTRAST,
          );
        }
        expect(contrastOf(palette.buttonInk, palette.button)).toBeGreaterThanOrEqual(MIN_CONTRAST);
      }
    },
  );
});
