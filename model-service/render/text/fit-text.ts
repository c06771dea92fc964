import type { SKRSContext2D } from '@napi-rs/canvas';
import { fontOf, typefaceOf, type Typeface } from '../fonts/font-faces.ts';
import type { FontWeight } from '../fonts/font-files.ts';
import { balanceLines, clampLines, wrapText, type MeasureText } from './wrap-text.ts';

export type TextStyle = {
  readonly weight: FontWeight;
  readonly maxSize: number;
  readonly minSize: number;
  /** Line height as a multiple of the size. */
  readonly leading: number;
  /** Letter spacing as a multiple of the size; large type is set tighter. */
  readonly tracking: number;
  readonly isBalanced: boolean;
};

export type TextBlock = {
  readonly lines: readonly string[];
  readonly size: number;
  /** The requested style, adapted to the script. */
  readonly style: TextStyle;
  readonly typeface: Typeface;
  /** True: the first letter is of a script that runs to the left, and lines begin at the right. */
  readonly isRightToLeft: boolean;
  /** Width of the widest line. */
  readonly width: number;
  readonly height: number;
  /** The height of its letters above and below a baseline, as multiples of the size. */
  readonly reach: { readonly above: number; readonly below: number };
};

/** For Latin letters, and for scripts with marks above and below. */
const REACH = { above: 1.05, below: 0.29 } as const;
const TALL_REACH = { above: 1.2, below: 0.5 } as const;
const TALL_LEADING = 1.4;

/**
 * The first letter that has a direction decides (UAX #9, P2). Of our scripts only Hebrew and Arabic run to the left.
 */
const RUNS_LEFT = /^[^\p{L}]*[\p{Script=Arabic}\p{Script=Hebrew}]/u;

/** The factor between two tries: so fine that the difference to the best size is not visible. */
const SHRINK = 0.96;

/**
 * Returns the largest setting of a text that fits a box. Words are kept whole as long as any size allows it. A text
 * that is too long for the smallest size ends in an ellipsis. An empty text is a block without lines.
 */
export function fitText(
  context: SKRSContext2D,
  text: string,
  askedStyle: TextStyle,
  width: number,
  height: number,
): TextBlock {
  const typeface = typefaceOf(text);
  const style = styleFor(typeface, askedStyle);
  const blockOf = (lines: readonly string[], size: number): TextBlock => {
    const measure = measureIn(context, { style, typeface, size });
    return {
      lines,
      size,
      style,
      typeface,
      isRightToLeft: RUNS_LEFT.test(text),
      width: Math.max(0, ...lines.map(measure)),
      height: heightOf(lines.length, size, style, typeface),
      reach: typeface.isTall ? TALL_REACH : REACH,
    };
  };
  if (text === '') return blockOf([], style.minSize);
  for (const mayBreakWords of [false, true]) {
    for (let size = style.maxSize; size >= style.minSize; size *= SHRINK) {
      const measure = measureIn(context, { style, typeface, size });
      const lines = wrapText(text, width, measure, { mayBreakWords });
      if (lines === null || heightOf(lines.length, size, style, typeface) > height) continue;
      const balanced = style.isBalanced ? balanceLines(text, width, lines.length, measure) : null;
      return blockOf(balanced ?? lines, size);
    }
  }
  const size = style.minSize;
  const measure = measureIn(context, { style, typeface, size });
  const lines = wrapText(text, width, measure, { mayBreakWords: true }) ?? [];
  const room = Math.max(1, Math.floor((height - size * 0.3) / (size * style.leading)));
  return blockOf(clampLines(lines, room, width, measure), size);
}

/** Draws a block with its top left corner at x, y. A block that runs to the left begins at the right of the column. */
export function drawTextBlock(
  context: SKRSContext2D,
  block: TextBlock,
  x: number,
  y: number,
  color: string,
  columnWidth = block.width,
): void {
  applyFont(context, block);
  context.fillStyle = color;
  block.lines.forEach((line, index) => {
    context.fillText(line, startOfLine(block, x, columnWidth), y + baselineOf(block, index));
  });
}

/** Returns where the lines of a block begin, in a column that begins at `x`. */
export function startOfLine({ isRightToLeft }: TextBlock, x: number, columnWidth: number): number {
  return isRightToLeft ? x + columnWidth : x;
}

/** Distance from the top of a block to the baseline of a line. */
export function baselineOf(block: TextBlock, index: number): number {
  const first = block.typeface.isTall ? 1.05 : 0.92;
  return block.size * (first + index * block.style.leading);
}

export function applyFont(
  context: SKRSContext2D,
  { style, typeface, size, isRightToLeft }: Pick<TextBlock, 'style' | 'typeface' | 'size' | 'isRightToLeft'>,
): void {
  context.font = fontOf(typeface, style.weight, size);
  context.direction = isRightToLeft ? 'rtl' : 'ltr';
  context.letterSpacing = `${(style.tracking * size).toFixed(2)}px`;
  context.textBaseline = 'alphabetic';
  context.textAlign = isRightToLeft ? 'right' : 'left';
}

/** Tracking would tear joined letters apart; marks of two lines must not meet. */
function styleFor({ isTall }: Typeface, style: TextStyle): TextStyle {
  return isTall ? { ...style, tracking: 0, leading: Math.max(style.leading, TALL_LEADING) } : style;
}

function measureIn(
  context: SKRSContext2D,
  font: Pick<TextBlock, 'style' | 'typeface' | 'size'>,
): MeasureText {
  applyFont(context, { ...font, isRightToLeft: false });
  return (text) => context.measureText(text).width;
}

function heightOf(lineCount: number, size: number, style: TextStyle, { isTall }: Typeface): number {
  return lineCount === 0 ? 0 : size * ((isTall ? 1.5 : 1.2) + (lineCount - 1) * style.leading);
}
