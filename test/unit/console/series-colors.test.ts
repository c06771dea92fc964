import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { colorOfSource, colorOfUse, SERIES_COLORS } from '../../../console/shared/chart/series-colors.ts';
import { GRANT_SOURCES } from '../../../domain/credits/grant-rules.ts';

type Triple = readonly [number, number, number];

const TOKENS = path.join(import.meta.dirname, '../../../console/shared/style/tokens.css');
/** WCAG 2.2, 1.4.11: graphics against their ground. */
const LEAST_CONTRAST = 3;
/** 100 × the distance in OKLab. Two neighbors of one hue at 2 are told apart side by side, at 8 from memory of a legend. */
const LEAST_DISTANCE = 8;
/** Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB. */
const SIGHTS: Readonly<Record<string, readonly [Triple, Triple, Triple]>> = {
  usual: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

it.each([
  ['light', 0],
  ['dark', 1],
] as const)(
  'the series colors of the %s theme differ for every sight, and from their ground',
  async (_, theme) => {
    const css = await readFile(TOKENS, 'utf8');
    const linear = (token: string) => linearOf(colorIn(css, token, theme));
    const numbers = Array.from({ length: SERIES_COLORS }, (_, index) => index + 1);
    const colors = numbers.map((number) => linear(`--series-${String(number)}`));
    const faint = numbers.filter((_, at) => contrast(colors[at]!, linear('--surface')) < LEAST_CONTRAST);
    expect(faint).toEqual([]);
    const alike = Object.entries(SIGHTS).flatMap(([sight, matrix]) => {
      const seen = colors.map((color) => labOf(seenBy(matrix, color)));
      return seen.flatMap((one, at) =>
        seen.slice(0, at).flatMap((other, before) => {
          const distance = 100 * Math.hypot(...one.map((value, axis) => value - other[axis]!));
          return distance < LEAST_DISTANCE
            ? [`${sight}: ${String(before + 1)} and ${String(at + 1)}, ${distance.toFixed(1)}`]
            : [];
        }),
      );
    });
    expect(alike).toEqual([]);
  },
);

it('each source of credits has a color of its own', () => {
  const colors = GRANT_SOURCES.map((source) => colorOfSource(source));
  expect(new Set(colors).size).toBe(GRANT_SOURCES.length);
  expect(colors.every((color) => /^series-[1-7]$/.test(color))).toBe(true);
});

it('what credits are spent on keeps its color whatever else is shown, also where there are more names than colors', () => {
  const named = Array.from({ length: SERIES_COLORS + 2 }, (_, at) => `kind_${String(at)}`);
  const colors = named.map((name) => colorOfUse(name, named));
  expect(colors.slice(0, SERIES_COLORS)).toEqual(
    Array.from({ length: SERIES_COLORS }, (_, at) => `series-${String(at + 1)}`),
  );
  expect(colors.slice(SERIES_COLORS)).toEqual(['series-1', 'series-2']);
  expect(colorOfUse('of_an_older_catalogue', ['static_ad'])).toBe('series-2');
});

function colorIn(css: string, token: string, theme: 0 | 1): string {
  const [, ...both] = new RegExp(`${token}: light-dark\\((#\\w{6}), (#\\w{6})\\)`).exec(css) ?? [];
  const color = both[theme];
  if (color === undefined) throw new Error(`tokens.css has no ${token}`);
  return color;
}

function linearOf(hex: string): Triple {
  const channel = (from: number) => {
    const value = Number.parseInt(hex.slice(from, from + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

function contrast(one: Triple, other: Triple): number {
  const luminance = ([red, green, blue]: Triple) => 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  const both = [luminance(one), luminance(other)];
  return (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
}

function seenBy(matrix: readonly [Triple, Triple, Triple], [red, green, blue]: Triple): Triple {
  const row = ([ofRed, ofGreen, ofBlue]: Triple) =>
    Math.min(1, Math.max(0, ofRed * red + ofGreen * green + ofBlue * blue));
  return [row(matrix[0]), row(matrix[1]), row(matrix[2])];
}

/** Ottosson 2020. */
function labOf([red, green, blue]: Triple): Triple {
  const long = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const middle = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const short = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  return [
    0.2104542553 * long + 0.793617785 * middle - 0.0040720468 * short,
    1.9779984951 * long - 2.428592205 * middle + 0.4505937099 * short,
    0.0259040371 * long + 0.7827717662 * middle - 0.808675766 * short,
  ];
}
