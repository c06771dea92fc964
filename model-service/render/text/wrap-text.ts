/** Returns the width of a text in pixels, in the current font. */
export type MeasureText = (text: string) => number;

type WrapOptions = { readonly mayBreakWords: boolean };

/** Scripts without spaces between words: a line may end after any word. */
const SPACELESS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

/** An opening bracket or quotation mark stands with what follows it. */
const OPENS = /^[\p{Ps}\p{Pi}]+$/u;

/**
 * Breaks a text into lines no wider than `width`; null: a word is too wide, and words may not be broken. A word is
 * broken between graphemes: an accent stays with its letter.
 */
export function wrapText(
  text: string,
  width: number,
  measure: MeasureText,
  { mayBreakWords }: WrapOptions,
): readonly string[] | null {
  const lines: string[] = [];
  let line = '';
  for (const { word, isAfterSpace } of wordsOf(text)) {
    const longer = line === '' ? word : `${line}${isAfterSpace ? ' ' : ''}${word}`;
    if (measure(longer) <= width) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    if (measure(word) <= width) continue;
    if (!mayBreakWords) return null;
    const pieces = breakWord(word, width, measure);
    lines.push(...pieces.slice(0, -1));
    line = pieces.at(-1) ?? '';
  }
  if (line !== '') lines.push(line);
  return lines;
}

/**
 * Returns a text in as many lines as `lineCount` at the smallest width that allows it, so that no line has one word
 * under a full one; null: none below `width` does. The text has to fit `width`.
 */
export function balanceLines(
  text: string,
  width: number,
  lineCount: number,
  measure: MeasureText,
): readonly string[] | null {
  let best: readonly string[] | null = null;
  let low = width * 0.4;
  let high = width;
  // Eight halvings find it to half a percent of the width.
  for (let step = 0; step < 8; step += 1) {
    const middle = (low + high) / 2;
    const lines = wrapText(text, middle, measure, { mayBreakWords: false });
    if (lines !== null && lines.length <= lineCount) {
      best = lines;
      high = middle;
    } else {
      low = middle;
    }
  }
  return best;
}

/** Returns the first `count` lines; if there are more, the last one ends in an ellipsis within `width`. */
export function clampLines(
  lines: readonly string[],
  count: number,
  width: number,
  measure: MeasureText,
): readonly string[] {
  if (lines.length <= count) return lines;
  const kept = lines.slice(0, count);
  let last = [...(kept.at(-1) ?? '')];
  while (last.length > 0 && measure(endWithEllipsis(last)) > width) last = last.slice(0, -1);
  return [...kept.slice(0, -1), endWithEllipsis(last)];
}

function endWithEllipsis(characters: readonly string[]): string {
  return `${characters.join('').replace(/[\s.,;:–—-]+$/u, '')}…`;
}

function breakWord(word: string, width: number, measure: MeasureText): readonly string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const { segment } of new Intl.Segmenter().segment(word)) {
    if (piece !== '' && measure(piece + segment) > width) {
      pieces.push(piece);
      piece = segment;
    } else {
      piece += segment;
    }
  }
  pieces.push(piece);
  return pieces;
}

type Word = { readonly word: string; readonly isAfterSpace: boolean };

/**
 * Splits a text into parts that may not be broken, in order. A sign stands with the word before it, an opening one with
 * the word after it.
 */
function wordsOf(text: string): readonly Word[] {
  return text.split(' ').flatMap((chunk) => {
    if (!SPACELESS.test(chunk)) return [{ word: chunk, isAfterSpace: true }];
    const words: string[] = [];
    for (const { segment, isWordLike } of new Intl.Segmenter(undefined, { granularity: 'word' }).segment(
      chunk,
    )) {
      const last = words.at(-1);
      if (last !== undefined && (isWordLike !== true || OPENS.test(last)) && !OPENS.test(segment))
        words[words.length - 1] = last + segment;
      else words.push(segment);
    }
    return words.map((word, index) => ({ word, isAfterSpace: index === 0 }));
  });
}
