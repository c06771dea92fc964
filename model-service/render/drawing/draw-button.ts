import { createCanvas, type Canvas, type SKRSContext2D } from '@napi-rs/canvas';
import { cssOf } from '../color/color.ts';
import { baselineOf, drawTextBlock, fitText, type TextStyle } from '../text/fit-text.ts';
import type { Palette } from '../color/palette.ts';

const LABEL: Omit<TextStyle, 'maxSize' | 'minSize'> = {
  weight: 700,
  leading: 1.2,
  tracking: -0.01,
  isBalanced: false,
};

/** Draws a call to action as a pill with an arrow, no wider than `maxWidth`; null: there is no text. */
export function drawButton(text: string, palette: Palette, height: number, maxWidth: number): Canvas | null {
  if (text === '') return null;
  const padding = height * 0.46;
  const arrow = height * 0.5;
  const gap = height * 0.22;
  const ruler = createCanvas(1, 1).getContext('2d');
  const style = { ...LABEL, maxSize: height * 0.37, minSize: height * 0.2 };
  const label = fitText(ruler, text, style, maxWidth - 2 * padding - arrow - gap, height * 0.5);
  const width = Math.ceil(padding + label.width + gap + arrow + padding * 0.72);
  const canvas = createCanvas(width, Math.ceil(height));
  const context = canvas.getContext('2d');
  context.fillStyle = cssOf(palette.button);
  context.beginPath();
  context.roundRect(0, 0, width, height, height / 2);
  context.fill();
  const baseline = height / 2 + label.size * 0.36;
  const ink = cssOf(palette.buttonInk);
  // In a text that runs to the left, the arrow is on the left and points there.
  const labelX = label.isRightToLeft ? width - padding - label.width : padding;
  drawTextBlock(context, label, labelX, baseline - baselineOf(label, 0), ink);
  if (label.isRightToLeft) {
    context.translate(width, 0);
    context.scale(-1, 1);
  }
  drawArrow(context, width - padding * 0.72 - arrow, height / 2, arrow, ink);
  return canvas;
}

function drawArrow(context: SKRSContext2D, x: number, middle: number, size: number, color: string): void {
  context.strokeStyle = color;
  context.lineWidth = size * 0.12;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.beginPath();
  context.moveTo(x + size * 0.12, middle);
  context.lineTo(x + size * 0.84, middle);
  context.moveTo(x + size * 0.54, middle - size * 0.3);
  context.lineTo(x + size * 0.86, middle);
  context.lineTo(x + size * 0.54, middle + size * 0.3);
  context.stroke();
}
