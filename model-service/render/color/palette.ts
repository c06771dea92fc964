import { contrastOf, type Color } from './color.ts';
import { fromOklch, toOklch, type Oklch } from './oklch.ts';

/** The ground of an ad. `bold`: the brand color itself. `deep`: a dark color of its hue. `light`: a pale one. */
export const TONES = ['bold', 'deep', 'light'] as const;
type Tone = (typeof TONES)[number];

export type Palette = {
  readonly tone: Tone;
  /** The ground behind text, from top to bottom: two colors so close that text can be read on both. */
  readonly ground: readonly [Color, Color];
  /** The color of a light on the ground. Text can be read on it, and so on every mix of the two. */
  readonly glow: Color;
  readonly ink: Color;
  readonly softInk: Color;
  readonly button: Color;
  readonly buttonInk: Color;
  /** Colors of the shapes, strongest first. */
  readonly shapes: readonly Color[];
};

/** WCAG 2.2 AA for text of any size. */
export const MIN_CONTRAST = 4.5;

const STEP = 0.01;

const WHITE: Color = { red: 1, green: 1, blue: 1 };
const BLACK: Color = { red: 0, green: 0, blue: 0 };

/** Returns all colors of an ad, from one brand color. Every ink has at least MIN_CONTRAST on what it is drawn on. */
export function paletteOf(brand: Color, tone: Tone): Palette {
  const base = toOklch(brand);
  const ground = groundOf(base, tone);
  const ink = readableInk(ground, base, 0.985, 0.19);
  const softInk = mostReadable(ground, [
    { ...base, lightness: ink.isLight ? 0.9 : 0.34, chroma: Math.min(base.chroma, 0.03) },
    ink.oklch,
  ]);
  const glow = glowOf(base, tone, ground, [ink.color, softInk], ink.isLight);
  const button = buttonOf(base, tone, ink.color);
  const buttonInk = readableInk([button, button], base, 0.99, 0.17).color;
  return { tone, ground, glow, ink: ink.color, softInk, button, buttonInk, shapes: shapesOf(base, tone) };
}

function groundOf(base: Oklch, tone: Tone): readonly [Color, Color] {
  const { chroma, hue } = base;
  if (tone === 'deep') {
    const dark = Math.min(chroma, 0.075);
    return [
      fromOklch({ lightness: 0.3, chroma: dark, hue }),
      fromOklch({ lightness: 0.19, chroma: dark * 0.7, hue: hue + 12 }),
    ];
  }
  if (tone === 'light') {
    const pale = Math.min(chroma, 0.03);
    return [
      fromOklch({ lightness: 0.975, chroma: pale * 0.6, hue }),
      fromOklch({ lightness: 0.93, chroma: pale, hue: hue + 10 }),
    ];
  }
  // Between 0.56 and 0.68 neither white nor black can be read: the ground moves to the nearer side.
  const lightness = base.lightness < 0.66 ? Math.min(base.lightness, 0.53) : Math.max(base.lightness, 0.74);
  const low = Math.max(lightness, 0.3);
  return [
    fromOklch({ lightness: low, chroma, hue }),
    fromOklch({ lightness: low - 0.05, chroma, hue: hue + 8 }),
  ];
}

/** The wanted brightness, as far as the inks stay readable on it. */
function glowOf(
  base: Oklch,
  tone: Tone,
  ground: readonly [Color, Color],
  inks: readonly Color[],
  isLightInk: boolean,
): Color {
  const hue = base.hue + 30;
  const chroma =
    base.chroma < 0.02 ? base.chroma : tone === 'light' ? 0.07 : Math.max(0.09, base.chroma * 0.9);
  const wanted = tone === 'deep' ? 0.52 : tone === 'light' ? 0.86 : toOklch(ground[0]).lightness + 0.1;
  for (let lightness = wanted; lightness > 0 && lightness < 1; lightness += isLightInk ? -STEP : STEP) {
    const glow = fromOklch({ lightness, chroma, hue });
    if (inks.every((ink) => contrastOf(ink, glow) >= MIN_CONTRAST)) return glow;
  }
  return ground[0];
}

function buttonOf(base: Oklch, tone: Tone, ink: Color): Color {
  if (tone === 'bold') return ink;
  const chroma = Math.max(base.chroma, base.chroma < 0.02 ? 0 : 0.12);
  const lightness =
    tone === 'deep' ? Math.max(base.lightness, 0.74) : Math.min(Math.max(base.lightness, 0.35), 0.8);
  return fromOklch({ lightness, chroma, hue: base.hue });
}

/**
 * Colors around the brand's hue, and one from the other side of the color wheel. Grey brands stay grey, with one warm
 * color.
 */
function shapesOf(base: Oklch, tone: Tone): readonly Color[] {
  const isGrey = base.chroma < 0.02;
  const chroma = isGrey ? 0.01 : Math.max(base.chroma, 0.11);
  const middle = tone === 'deep' ? 0.66 : tone === 'light' ? 0.7 : base.lightness < 0.6 ? 0.72 : 0.6;
  const member = (lightness: number, turn: number, strength = 1): Color =>
    fromOklch({ lightness, chroma: chroma * strength, hue: base.hue + turn });
  return [
    member(middle, 0),
    member(middle + 0.12, 38),
    fromOklch({ lightness: 0.8, chroma: 0.14, hue: isGrey ? 70 : base.hue + 165 }),
    member(middle - 0.12, -20),
    member(0.93, 20, 0.3),
  ];
}

type Ink = { readonly color: Color; readonly oklch: Oklch; readonly isLight: boolean };

/**
 * A tinted near-white or near-black, whichever has more contrast; without the tint where that is needed for enough
 * contrast.
 */
function readableInk(ground: readonly [Color, Color], base: Oklch, light: number, dark: number): Ink {
  const candidate = (lightness: number): Oklch => ({
    lightness,
    chroma: Math.min(base.chroma, 0.025),
    hue: base.hue,
  });
  // Either pure white or pure black always reaches 4.58; their tinted versions may not.
  const isLight = worstContrast(WHITE, ground) >= worstContrast(BLACK, ground);
  let oklch = candidate(isLight ? light : dark);
  while (
    worstContrast(fromOklch(oklch), ground) < MIN_CONTRAST &&
    oklch.lightness > 0 &&
    oklch.lightness < 1
  ) {
    const lightness = Math.min(1, Math.max(0, oklch.lightness + (isLight ? STEP : -STEP)));
    oklch = { ...oklch, lightness, chroma: 0 };
  }
  return { color: fromOklch(oklch), oklch, isLight };
}

function mostReadable(ground: readonly [Color, Color], inks: readonly [Oklch, Oklch]): Color {
  const [wanted, sure] = inks.map(fromOklch) as [Color, Color];
  return worstContrast(wanted, ground) >= MIN_CONTRAST ? wanted : sure;
}

function worstContrast(ink: Color, ground: readonly [Color, Color]): number {
  return Math.min(contrastOf(ink, ground[0]), contrastOf(ink, ground[1]));
}
