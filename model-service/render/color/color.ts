/** sRGB, each channel 0 … 1. */
export type Color = { readonly red: number; readonly green: number; readonly blue: number };

/** Reads `#rgb` or `#rrggbb`; null for anything else. */
export function parseColor(text: string): Color | null {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(text);
  const long = short ?? /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text);
  if (long === null) return null;
  const [red = 0, green = 0, blue = 0] = long
    .slice(1)
    .map((digits) => parseInt(digits.padEnd(2, digits), 16) / 255);
  return { red, green, blue };
}

/** CSS text of a color, with an opacity 0 … 1. */
export function cssOf({ red, green, blue }: Color, opacity = 1): string {
  const byte = (channel: number): string => String(Math.round(channel * 255));
  return `rgba(${byte(red)}, ${byte(green)}, ${byte(blue)}, ${opacity.toFixed(3)})`;
}

export function mixColors(from: Color, to: Color, share: number): Color {
  const mix = (a: number, b: number): number => a + (b - a) * share;
  return { red: mix(from.red, to.red), green: mix(from.green, to.green), blue: mix(from.blue, to.blue) };
}

/** Relative luminance, 0 … 1 (WCAG 2.2). */
function luminanceOf({ red, green, blue }: Color): number {
  return 0.2126 * toLinear(red) + 0.7152 * toLinear(green) + 0.0722 * toLinear(blue);
}

/** Contrast of two colors, 1 … 21 (WCAG 2.2). Text needs 4.5. */
export function contrastOf(one: Color, other: Color): number {
  const [dark = 0, light = 0] = [luminanceOf(one), luminanceOf(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

export function toLinear(channel: number): number {
  return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
}

export function fromLinear(channel: number): number {
  return channel <= 0.0031308 ? channel * 12.92 : 1.055 * channel ** (1 / 2.4) - 0.055;
}
