import { createCanvas, type Image, type SKRSContext2D } from '@napi-rs/canvas';
import type { PredictionInput } from '../predictions/prediction-request.ts';
import type { AdCopy } from './text/ad-copy.ts';
import { adCopyOf } from './text/read-ad-copy.ts';
import { cssOf } from './color/color.ts';
import { ACTORS, composeStage } from './drawing/composition.ts';
import { drawActor } from './drawing/draw-actor.ts';
import { drawButton } from './drawing/draw-button.ts';
import { drawGlow, drawGrain, drawGround } from './drawing/draw-ground.ts';
import { drawShape } from './drawing/draw-shape.ts';
import { drawTextBlock, fitText, type TextStyle } from './text/fit-text.ts';
import { encodePng } from './encode/encode-png.ts';
import { bleedOf, drawReferenceCards } from './drawing/reference-cards.ts';
import { paletteOf, TONES, type Palette } from './color/palette.ts';
import { pick, seededRandom, type SeededRandom } from './drawing/seeded-random.ts';

/** 4:5, the tallest picture that feeds show uncropped. */
const PICTURE_SIZE = { width: 1080, height: 1350 } as const;

const MARGIN = 84;
const COLUMN = PICTURE_SIZE.width - 2 * MARGIN;
const BUTTON_HEIGHT = 112;
const GAP = 36;

/** The height of the card with the customer's picture, and its largest share of the free height. */
const CARD_HEIGHT = 236;
const MAX_CARD_SHARE = 0.46;

/** The shapes keep at least this share of the height, however long the text is. */
const MIN_STAGE = 0.3;

const HEADLINE: TextStyle = {
  weight: 800,
  maxSize: 176,
  minSize: 46,
  leading: 1.03,
  tracking: -0.035,
  isBalanced: true,
};
const BODY: TextStyle = {
  weight: 500,
  maxSize: 40,
  minSize: 25,
  leading: 1.38,
  tracking: -0.008,
  isBalanced: true,
};

/** Renders a static ad as PNG. The same brief and seed give the same picture. */
export function renderPicture(
  input: PredictionInput,
  seed: string,
  onProgress: (stage: string, fraction: number) => void,
  references: readonly Image[] = [],
): Uint8Array {
  const copy = adCopyOf(input);
  const random = seededRandom(seed);
  const palette = paletteOf(copy.brand, pick(random, TONES));
  const canvas = createCanvas(PICTURE_SIZE.width, PICTURE_SIZE.height);
  const context = canvas.getContext('2d');
  onProgress('layout', 0.2);
  const text = layOutText(context, copy, palette);
  drawGround(context, palette, PICTURE_SIZE.width, PICTURE_SIZE.height);
  onProgress('scene', 0.5);
  drawStage(context, palette, random, PICTURE_SIZE.height - text.height);
  drawGrain(context, random, PICTURE_SIZE.width, PICTURE_SIZE.height);
  drawCards(context, references, PICTURE_SIZE.height - text.height);
  text.draw(PICTURE_SIZE.height - text.height);
  onProgress('encode', 0.8);
  const { width, height } = PICTURE_SIZE;
  return encodePng(context.getImageData(0, 0, width, height).data, width, height);
}

type TextLayout = { readonly height: number; readonly draw: (top: number) => void };

/** Stacks headline, body and button; the height includes the margin below. */
function layOutText(context: SKRSContext2D, copy: AdCopy, palette: Palette): TextLayout {
  const button = drawButton(copy.callToAction, palette, BUTTON_HEIGHT, COLUMN);
  const buttonHeight = button === null ? 0 : BUTTON_HEIGHT + GAP + 8;
  const room = PICTURE_SIZE.height * (1 - MIN_STAGE) - MARGIN - buttonHeight;
  const headline = fitText(
    context,
    copy.headline,
    HEADLINE,
    COLUMN,
    copy.body === '' ? room * 0.75 : room * 0.56,
  );
  const body = fitText(context, copy.body, BODY, COLUMN, room - headline.height - GAP);
  const bodyHeight = body.lines.length === 0 ? 0 : body.height + GAP * 0.8;
  return {
    height: headline.height + bodyHeight + buttonHeight + MARGIN,
    draw(top) {
      drawTextBlock(context, headline, MARGIN - headline.size * 0.04, top, cssOf(palette.ink), COLUMN);
      drawTextBlock(context, body, MARGIN, top + headline.height + GAP * 0.8, cssOf(palette.softInk), COLUMN);
      if (button === null) return;
      const buttonX = headline.isRightToLeft ? MARGIN + COLUMN - button.width : MARGIN;
      context.drawImage(button, buttonX, PICTURE_SIZE.height - MARGIN - BUTTON_HEIGHT);
    },
  };
}

/** Draws the customer's pictures over the shapes, in the corner above the first letter of the text. */
function drawCards(context: SKRSContext2D, references: readonly Image[], stageHeight: number): void {
  const height = Math.min(CARD_HEIGHT, stageHeight * MAX_CARD_SHARE);
  const cards = drawReferenceCards(references, height);
  if (cards === null) return;
  const bleed = bleedOf(height);
  const scale = Math.min(1, COLUMN / (cards.width - bleed * 2));
  context.drawImage(
    cards,
    MARGIN - bleed * scale,
    MARGIN - bleed * scale,
    cards.width * scale,
    cards.height * scale,
  );
}

/** Draws the shapes on the part of the picture above the text. */
function drawStage(context: SKRSContext2D, palette: Palette, random: SeededRandom, height: number): void {
  const { width } = PICTURE_SIZE;
  drawGlow(context, palette.glow, 0.85, width * 0.7, height * 0.4, width * 0.75);
  const poses = composeStage(
    { top: 0, width, height: height - GAP },
    'below',
    Math.floor(random() * 100),
    random,
  );
  ACTORS.forEach(({ kind, color }, index) => {
    const pose = poses[index];
    const paint = palette.shapes[color];
    if (pose !== undefined && paint !== undefined)
      drawActor(context, drawShape(kind, paint, pose.size), pose);
  });
}
