import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { GlobalFonts } from '@napi-rs/canvas';

export const FONT_WEIGHTS = [500, 700, 800] as const;
export type FontWeight = (typeof FONT_WEIGHTS)[number];

/** Each subset is a file and a family of its own; the canvas falls through the list glyph by glyph. */
export const FONT_SUBSETS = [
  'latin',
  'latin-ext',
  'cyrillic',
  'cyrillic-ext',
  'greek',
  'greek-ext',
  'vietnamese',
] as const;

const locate = createRequire(import.meta.url).resolve;
let isRegistered = false;

/** Loads Inter (OFL) once per thread. Throws when a file of the package is missing. */
export function registerFonts(): void {
  if (isRegistered) return;
  for (const subset of FONT_SUBSETS) {
    for (const weight of FONT_WEIGHTS) {
      const file = locate(`@fontsource/inter/files/inter-${subset}-${String(weight)}-normal.woff2`);
      GlobalFonts.register(readFileSync(file), familyOf(subset));
    }
  }
  isRegistered = true;
}

/** The canvas `font` of a weight and a size in pixels. */
export function fontOf(weight: FontWeight, sizePx: number): string {
  return `${String(weight)} ${sizePx.toFixed(2)}px ${FONT_SUBSETS.map((subset) => `"${familyOf(subset)}"`).join(', ')}`;
}

function familyOf(subset: string): string {
  return `Inter ${subset}`;
}
