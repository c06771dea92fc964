import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const FONT_WEIGHTS = [500, 700, 800] as const;
export type FontWeight = (typeof FONT_WEIGHTS)[number];

/** The code points that a file is for, first to last, by its package. It may lack a glyph for some of them. */
type Range = readonly [first: number, last: number];

/** Each subset of a script is a file and a family of its own. The canvas tries a list of families for each glyph. */
export type FontSubset = {
  readonly family: string;
  readonly paths: readonly string[];
  readonly ranges: readonly Range[];
};

export type ScriptFont = {
  readonly name: 'arabic' | 'hebrew' | 'devanagari' | 'thai' | 'sc' | 'tc' | 'jp' | 'kr' | 'emoji';
  readonly subsets: readonly FontSubset[];
};

const INTER_SUBSETS = [
  'latin',
  'latin-ext',
  'cyrillic',
  'cyrillic-ext',
  'greek',
  'greek-ext',
  'vietnamese',
] as const;

/**
 * The subset of each package that is used; null: all numbered slices. In the order in which they are tried: the slices
 * of the last four claim to be for emoji too, and have none.
 */
const SCRIPT_SUBSETS: Readonly<Record<ScriptFont['name'], string | null>> = {
  arabic: 'arabic',
  hebrew: 'hebrew',
  devanagari: 'devanagari',
  thai: 'thai',
  emoji: null,
  sc: null,
  tc: null,
  jp: null,
  kr: null,
};

const locate = createRequire(import.meta.url).resolve;

/** Inter (OFL): Latin, Greek, Cyrillic. A file per weight. Throws when a file of the package is missing. */
export function readInterSubsets(): readonly FontSubset[] {
  const bySubset = readCoverage('@fontsource/inter');
  return INTER_SUBSETS.map((subset) => ({
    family: `Inter ${subset}`,
    paths: FONT_WEIGHTS.map((weight) =>
      locate(`@fontsource/inter/files/inter-${subset}-${String(weight)}-normal.woff2`),
    ),
    ranges: rangesOf(bySubset[subset]),
  }));
}

/**
 * Noto (OFL): scripts that Inter does not have. One variable file for all weights. Throws when a file of a package is
 * missing.
 */
export function readScriptFonts(): readonly ScriptFont[] {
  return Object.entries(SCRIPT_SUBSETS).map(([name, only]) => {
    const font = name === 'emoji' ? 'noto-emoji' : `noto-sans-${name}`;
    const bySubset = readCoverage(`@fontsource-variable/${font}`);
    const subsets = Object.keys(bySubset).filter((subset) =>
      only === null ? /^\[\d+\]$/.test(subset) : subset === only,
    );
    return {
      name: name as ScriptFont['name'],
      subsets: subsets.map((subset) => {
        const slice = subset.replace(/[[\]]/g, '');
        return {
          family: `Noto ${name} ${slice}`,
          paths: [locate(`@fontsource-variable/${font}/files/${font}-${slice}-wght-normal.woff2`)],
          ranges: rangesOf(bySubset[subset]),
        };
      }),
    };
  });
}

export function isFor({ ranges }: FontSubset, code: number): boolean {
  return ranges.some(([first, last]) => code >= first && code <= last);
}

/** A package lists the code points of each of its files: "U+0000-00FF,U+0131,…". */
function readCoverage(packageName: string): Readonly<Record<string, string>> {
  return JSON.parse(readFileSync(locate(`${packageName}/unicode.json`), 'utf8')) as Record<string, string>;
}

function rangesOf(list = ''): readonly Range[] {
  return list.split(',').flatMap((text) => {
    const match = /^U\+([0-9A-F]+)(?:-([0-9A-F]+))?$/i.exec(text.trim());
    if (match?.[1] === undefined) return [];
    return [[parseInt(match[1], 16), parseInt(match[2] ?? match[1], 16)]];
  });
}
