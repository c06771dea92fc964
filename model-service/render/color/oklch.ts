import { fromLinear, toLinear, type Color } from './color.ts';

/**
 * A color as the eye sees it: lightness 0 … 1, chroma 0 … about 0.37, hue in degrees. Unlike in HSL, equal steps look
 * equal: a palette has the same weight for a yellow brand as for a blue one. Source of the matrices: Björn Ottosson, "A
 * perceptual color space for image processing".
 */
export type Oklch = { readonly lightness: number; readonly chroma: number; readonly hue: number };

export function toOklch({ red, green, blue }: Color): Oklch {
  const [r, g, b] = [toLinear(red), toLinear(green), toLinear(blue)];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  const a = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  const bb = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
  return {
    lightness: 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    chroma: Math.hypot(a, bb),
    hue: (Math.atan2(bb, a) * 180) / Math.PI,
  };
}

/** Returns the color, with as much of its chroma as sRGB can show. */
export function fromOklch({ lightness, chroma, hue }: Oklch): Color {
  for (let share = 1; share > 0; share -= 0.05) {
    const color = convert(lightness, chroma * share, hue);
    if (isShowable(color)) return clamp(color);
  }
  return clamp(convert(lightness, 0, hue));
}

function convert(lightness: number, chroma: number, hue: number): Color {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return {
    red: fromLinear(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    green: fromLinear(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    blue: fromLinear(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  };
}

function isShowable({ red, green, blue }: Color): boolean {
  return [red, green, blue].every((channel) => channel > -0.0001 && channel < 1.0001);
}

function clamp({ red, green, blue }: Color): Color {
  const within = (channel: number): number => Math.min(1, Math.max(0, channel));
  return { red: within(red), green: within(green), blue: within(blue) };
}
