import { createCanvas, type Canvas, type SKRSContext2D } from '@napi-rs/canvas';
import type { AdCopy } from '../text/ad-copy.ts';
import type { Stage } from './composition.ts';
import { drawButton } from './draw-button.ts';
import { fitText, type TextBlock, type TextStyle } from '../text/fit-text.ts';
import type { FilmFormat } from '../film/film-format.ts';
import type { Palette } from '../color/palette.ts';
import type { Shot } from '../film/storyboard.ts';

/** A shot laid out in pixels. What does not change is drawn once. */
export type ShotLayer = {
  readonly shot: Shot;
  readonly palette: Palette;
  readonly text: TextBlock;
  readonly textX: number;
  readonly columnWidth: number;
  readonly textY: number;
  readonly textIs: 'above' | 'below';
  readonly stage: Stage;
  readonly button: { readonly canvas: Canvas; readonly x: number; readonly y: number } | null;
};

/** Shares of the height. Apps cover the top 12 % and the bottom 18 % of a film with their controls. */
const ABOVE = { text: 0.125, textHeight: 0.32, stage: 0.47, stageHeight: 0.5 } as const;
const BELOW = { stage: 0.03, stageHeight: 0.5, textEnd: 0.82, textHeight: 0.29 } as const;

const MARGIN = 0.085;

/** Sizes as shares of the width. */
const HOOK = { maxSize: 0.145, minSize: 0.05 } as const;
const POINT = { maxSize: 0.105, minSize: 0.045 } as const;
const BUTTON_HEIGHT = 0.135;

export function layOutShot(
  ruler: SKRSContext2D,
  shot: Shot,
  textIs: 'above' | 'below',
  copy: AdCopy,
  palette: Palette,
  { width, height }: FilmFormat,
): ShotLayer {
  const column = width * (1 - 2 * MARGIN);
  const sizes = shot.kind === 'point' ? POINT : HOOK;
  const style: TextStyle = {
    weight: 800,
    maxSize: sizes.maxSize * width,
    minSize: sizes.minSize * width,
    leading: 1.06,
    tracking: -0.03,
    isBalanced: true,
  };
  const buttonHeight = BUTTON_HEIGHT * width;
  const canvas = shot.kind === 'close' ? drawButton(copy.callToAction, palette, buttonHeight, column) : null;
  const gap = buttonHeight * 0.4;
  const buttonRoom = canvas === null ? 0 : buttonHeight + gap;
  const room = height * (textIs === 'above' ? ABOVE.textHeight : BELOW.textHeight) - buttonRoom;
  const text = fitText(ruler, shot.text, style, column, room);
  const textX = width * MARGIN;
  const textY = textIs === 'above' ? height * ABOVE.text : height * BELOW.textEnd - text.height - buttonRoom;
  return {
    shot,
    palette,
    text,
    textX: textX - text.size * 0.04,
    columnWidth: column,
    textY,
    textIs,
    stage:
      textIs === 'above'
        ? { top: height * ABOVE.stage, width, height: height * ABOVE.stageHeight }
        : { top: height * BELOW.stage, width, height: height * BELOW.stageHeight },
    button:
      canvas === null
        ? null
        : {
            canvas,
            x: text.isRightToLeft ? textX + column - canvas.width : textX,
            y: textY + text.height + gap,
          },
  };
}

/** Returns a context that measures text. */
export function createRuler(): SKRSContext2D {
  return createCanvas(1, 1).getContext('2d');
}
