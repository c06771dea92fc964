import { readInterSubsets, readScriptFonts } from './font-files.ts';
import { readGlyphs } from './read-glyphs.ts';

/** Control and private characters: a font may have glyphs for them, but they mean nothing in a text. */
const LEFT_OUT: readonly (readonly [first: number, last: number])[] = [
  [0, 0x20],
  [0x7f, 0x9f],
  [0xe000, 0xf8ff],
  [0xf0000, 0x10ffff],
];

/**
 * Returns every code point for which one of the model service's fonts has a glyph, as domain/texts/sandbox-glyphs.ts
 * writes it.
 */
export function makeGlyphTable(): string {
  const subsets = [...readInterSubsets(), ...readScriptFonts().flatMap((font) => font.subsets)];
  const codes = new Set(
    subsets.flatMap(({ paths }) => paths.slice(0, 1)).flatMap((path) => [...readGlyphs(path)]),
  );
  const kept = [...codes].filter((code) => !LEFT_OUT.some(([first, last]) => code >= first && code <= last));
  return runsOf(kept.sort((one, other) => one - other));
}

/** Runs in base 36: the gap since the last run, and for a run of several a colon and the number of the others. */
function runsOf(codes: readonly number[]): string {
  const runs: string[] = [];
  let end = 0;
  for (let at = 0; at < codes.length;) {
    const first = codes[at] ?? 0;
    let length = 1;
    while (codes[at + length] === first + length) length += 1;
    runs.push(`${(first - end).toString(36)}${length === 1 ? '' : `:${(length - 1).toString(36)}`}`);
    end = first + length - 1;
    at += length;
  }
  return runs.join(' ');
}
