import { readFileSync } from 'node:fs';
import { GlobalFonts } from '@napi-rs/canvas';
import {
  isFor,
  readInterSubsets,
  readScriptFonts,
  type FontSubset,
  type FontWeight,
  type ScriptFont,
} from './font-files.ts';

/** The font families of a text, in the order in which they are tried for each glyph. */
export type Typeface = {
  readonly families: readonly string[];
  /**
   * True for scripts whose letters join, or whose marks stand above and below: set without tracking, and with wider
   * lines.
   */
  readonly isTall: boolean;
};

const TALL: readonly ScriptFont['name'][] = ['arabic', 'devanagari', 'thai'];

/**
 * The families that this thread has loaded. All four hundred files of Noto take a quarter of a second, so only those
 * that a text needs are loaded.
 */
const registered = new Set<string>();
let inter: readonly FontSubset[] | undefined;
let scripts: readonly ScriptFont[] | undefined;

/** Returns the fonts of a text, and loads them. Throws when a file of their packages is missing. */
export function typefaceOf(text: string): Typeface {
  inter ??= readInterSubsets();
  const latin = inter;
  const base = latin.map(register);
  const codes = [...new Set(text)].map((character) => character.codePointAt(0) ?? 0);
  const rest = codes.filter((code) => !latin.some((subset) => isFor(subset, code)));
  if (rest.length === 0) return { families: base, isTall: false };
  scripts ??= readScriptFonts();
  const needed = inOrderFor(text, rest, scripts)
    .map(({ name, subsets }) => ({
      name,
      subsets: subsets.filter((subset) => rest.some((code) => isFor(subset, code))),
    }))
    .filter(({ subsets }) => subsets.length > 0);
  return {
    families: [...base, ...needed.flatMap(({ subsets }) => subsets.map(register))],
    isTall: needed.some(({ name }) => TALL.includes(name)),
  };
}

/** Returns the canvas `font` of a typeface, a weight and a size in pixels. */
export function fontOf({ families }: Typeface, weight: FontWeight, sizePx: number): string {
  return `${String(weight)} ${sizePx.toFixed(2)}px ${families.map((family) => `"${family}"`).join(', ')}`;
}

/**
 * Returns the fonts in the order that suits a text. Chinese, Japanese and Korean share code points that each writes
 * differently. Kana and hangul tell the language; otherwise the font that has most of the text comes first.
 */
function inOrderFor(
  text: string,
  codes: readonly number[],
  fonts: readonly ScriptFont[],
): readonly ScriptFont[] {
  const language = /[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text)
    ? 'jp'
    : /\p{Script=Hangul}/u.test(text)
      ? 'kr'
      : null;
  const has = ({ subsets }: ScriptFont, code: number) => subsets.some((subset) => isFor(subset, code));
  return fonts
    .map((font) => ({
      font,
      rank: font.name === language ? Infinity : codes.filter((code) => has(font, code)).length,
    }))
    .sort((one, other) => other.rank - one.rank)
    .map(({ font }) => font);
}

function register({ family, paths }: FontSubset): string {
  if (!registered.has(family)) for (const path of paths) GlobalFonts.register(readFileSync(path), family);
  registered.add(family);
  return family;
}
