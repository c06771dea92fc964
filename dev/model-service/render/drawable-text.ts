import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { FONT_SUBSETS } from './font-faces.ts';

type Range = readonly [first: number, last: number];

const RANGES: readonly Range[] = readCoverage();

/**
 * The text without what our fonts cannot draw, on one line. A letter with a mark we lack loses the mark; emoji and
 * scripts we have no font for are dropped (the canvas would draw a "no glyph" box instead of throwing). Empty when
 * nothing readable is left.
 */
export function toDrawableText(text: string): string {
  const drawn = [...text.normalize('NFC')].map((character) =>
    isCovered(character) ? character : plainOf(character),
  );
  const line = drawn.join('').replace(/\s+/gu, ' ').trim();
  return /[\p{L}\p{N}]/u.test(line) ? line : '';
}

function plainOf(character: string): string {
  if (/\s/u.test(character)) return ' ';
  return [...character.normalize('NFKD')].filter(isCovered).join('');
}

function isCovered(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  // Controls, joiners and marks of direction have no picture, whatever the font says.
  if (/[\p{C}\p{Zl}\p{Zp}]/u.test(character)) return false;
  return RANGES.some(([first, last]) => code >= first && code <= last);
}

/** The package lists the code points of each of its files: "U+0000-00FF,U+0131,…". */
function readCoverage(): readonly Range[] {
  const path = createRequire(import.meta.url).resolve('@fontsource/inter/unicode.json');
  const bySubset = JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<string, string>>;
  return FONT_SUBSETS.flatMap((subset) => (bySubset[subset] ?? '').split(',').flatMap(parseRange));
}

function parseRange(text: string): readonly Range[] {
  const match = /^U\+([0-9A-F]+)(?:-([0-9A-F]+))?$/i.exec(text.trim());
  if (match?.[1] === undefined) return [];
  return [[parseInt(match[1], 16), parseInt(match[2] ?? match[1], 16)]];
}
