import type { SKRSContext2D } from '@napi-rs/canvas';
import { fontOf, type FontWeight } from './font-faces.ts';
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
  readonly style: TextStyle;
  /** Width of the widest line. */
  readonly width: number;
  readonly height: number;
};

/** Each try is this much smaller: fine enough that the eye sees no difference to the best size. */
const SHRINK = 0.96;

/**
 * The largest setting of a text that fits a box. Words are kept whole as long as any size allows it; a text too long
 * even for the smallest size ends in an ellipsis. An empty text is a block without lines.
 */
export function fitText(
  context: SKRSContext2D,
  text: string,
  style: TextStyle,
  width: number,
  height: number,
): TextBlock {
  if (text === '') return blockOf(context, [], style.minSize, style);
  for (const mayBreakWords of [false, true]) {
    for (let size = style.maxSize; size >= style.minSize; size *= SHRINK) {
      const measure = measureIn(context, style, size);
      const lines = wrapText(text, width, measure, { mayBreakWords });
      if (lines === null || heightOf(lines.length, size, style) > height) continue;
      const balanced = style.isBalanced ? balanceLines(text, width, lines.length, measure) : null;
      return blockOf(context, balanced ?? lines, size, style);
    }
  }
  const size = style.minSize;
  const measure = measureIn(context, style, size);
  const lines = wrapText(text, width, measure, { mayBreakWords: true }) ?? [];
  const room = Math.max(1, Math.floor((height - size * 0.3) / (size * style.leading)));
  return blockOf(context, clampLines(lines, room, width, measure), size, style);
}

/** Draws a block with its top left corner at x, y. */
export function drawTextBlock(
  context: SKRSContext2D,
  block: TextBlock,
  x: number,
  y: number,
  color: string,
): void {
  applyFont(context, block.style, block.size);
  context.fillStyle = color;
  block.lines.forEach((line, index) => {
    context.fillText(line, x, y + baselineOf(block, index));
  });
}

/** Distance from the top of a block to the baseline of a line. */
export function baselineOf(block: TextBlock, index: number): number {
  return block.size * (0.92 + index * block.style.leading);
}

export function applyFont(context: SKRSContext2D, style: TextStyle, size: number): void {
  context.font = fontOf(style.weight, size);
  context.letterSpacing = `${(style.tracking * size).toFixed(2)}px`;
  context.textBaseline = 'alphabetic';
  context.textAlign = 'left';
}

function measureIn(context: SKRSContext2D, style: TextStyle, size: number): MeasureText {
  applyFont(context, style, size);
  return (text) => context.measureText(text).width;
}

function heightOf(lineCount: number, size: number, style: TextStyle): number {
  return lineCount === 0 ? 0 : size * (1.2 + (lineCount - 1) * style.leading);
}

function blockOf(
  context: SKRSContext2D,
  lines: readonly string[],
  size: number,
  style: TextStyle,
): TextBlock {
  const measure = measureIn(context, style, size);
  const width = Math.max(0, ...lines.map(measure));
  return { lines, size, style, width, height: heightOf(lines.length, size, style) };
}
