import { SANDBOX_GLYPHS } from './sandbox-glyphs.ts';

/** A text as the sandbox model draws it. */
type SandboxText = {
  /** On one line, without characters that are not drawn. */
  readonly line: string;
  /** The first character that its fonts have no glyph for, or null. */
  readonly missing: string | null;
};

/** Joiners (in Persian, Hindi and emoji) and variation selectors: they change their neighbours and are not drawn. */
const JOINS = /[\u200C\u200D\uFE00-\uFE0F]/u;

/** Never drawn: marks of direction, soft hyphens, tags, controls. */
const NEVER_DRAWN = /[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Zl}\p{Zp}]/u;

type Run = readonly [first: number, last: number];

const RUNS: readonly Run[] = readRuns(SANDBOX_GLYPHS);

/** A letter that the fonts have in another form only (full width, a ligature) is drawn in that form. Never throws. */
export function toSandboxText(text: string): SandboxText {
  let missing: string | null = null;
  let line = '';
  for (const character of text.normalize('NFC')) {
    const drawn = drawnAs(character);
    if (drawn === null) missing ??= character;
    else line += drawn;
  }
  return { line: line.replace(/\s+/gu, ' ').trim(), missing };
}

function drawnAs(character: string): string | null {
  if (/\s/u.test(character)) return ' ';
  if (JOINS.test(character)) return character;
  if (NEVER_DRAWN.test(character)) return '';
  if (hasGlyph(character)) return character;
  const plain = [...character.normalize('NFKD')];
  const isOther = plain.length > 1 || plain[0] !== character;
  return isOther && plain.every((part) => hasGlyph(part) || /\s/u.test(part)) ? plain.join('') : null;
}

/** A binary search: there are four thousand runs. */
function hasGlyph(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  let [low, high] = [0, RUNS.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((RUNS[middle]?.[1] ?? 0) < code) low = middle + 1;
    else high = middle;
  }
  return (RUNS[low]?.[0] ?? Infinity) <= code;
}

function readRuns(table: string): readonly Run[] {
  let end = 0;
  return table
    .trim()
    .split(' ')
    .map((run): Run => {
      const [gap = '', more = '0'] = run.split(':');
      const first = end + parseInt(gap, 36);
      end = first + parseInt(more, 36);
      return [first, end];
    });
}
