import { createCanvas, loadImage, type Canvas, type Image, type SKRSContext2D } from '@napi-rs/canvas';

/** The most cards in a row. Further pictures are left out. */
const MAX_CARDS = 3;

/** Shares of the height of a card. */
const GAP = 0.1;
const CORNER = 0.16;
const PADDING = 0.15;
const BORDER = 0.035;
/** Room around the row for its shadows. */
const BLEED = 0.16;

/** The least and the largest width of a card, as shares of its height. */
const ASPECT = { min: 0.75, max: 1.9 } as const;

/** The size to which an image is shrunk to tell a logo from a photograph. Pixels each way. */
const SAMPLE = 24;

const PAPER = '#ffffff';
const SLATE = '#14161f';

/** Loads the customer's pictures. Those that cannot be read are left out. */
export async function loadReferences(contents: readonly Uint8Array[]): Promise<readonly Image[]> {
  const loaded = await Promise.allSettled(contents.map((content) => loadImage(content)));
  return loaded.flatMap((one) => (one.status === 'fulfilled' && one.value.width > 0 ? [one.value] : []));
}

/**
 * Draws pictures as a row of cards, with room around them for their shadows (`bleedOf`). A photograph fills its card to
 * a narrow border. A transparent logo has more border, and a dark card if it is too pale for a white one. Null: there
 * are no pictures.
 */
export function drawReferenceCards(images: readonly Image[], height: number): Canvas | null {
  const cards = images.slice(0, MAX_CARDS).map((image) => ({ image, ...layOut(image, height) }));
  if (cards.length === 0) return null;
  const bleed = bleedOf(height);
  const row = cards.reduce((sum, { width }) => sum + width + height * GAP, -height * GAP);
  const canvas = createCanvas(Math.ceil(row + bleed * 2), Math.ceil(height + bleed * 2));
  const context = canvas.getContext('2d');
  let x = bleed;
  for (const card of cards) {
    drawCard(context, card, x, bleed, height);
    x += card.width + height * GAP;
  }
  return canvas;
}

/** Returns the room around cards of a height. Pixels. */
export function bleedOf(height: number): number {
  return height * BLEED;
}

type Card = {
  readonly image: Image;
  readonly width: number;
  readonly isLogo: boolean;
  readonly paper: string;
};

function layOut(image: Image, height: number): Omit<Card, 'image'> {
  const { coverage, lightness } = lookAt(image);
  const isLogo = coverage < 0.98;
  const inner = height * (1 - 2 * (isLogo ? PADDING : BORDER));
  const width = (image.width / image.height) * inner + (height - inner);
  return {
    width: Math.min(Math.max(width, height * ASPECT.min), height * ASPECT.max),
    isLogo,
    paper: isLogo && lightness > 0.82 ? SLATE : PAPER,
  };
}

function drawCard(context: SKRSContext2D, card: Card, x: number, y: number, height: number): void {
  const { image, width, isLogo, paper } = card;
  context.save();
  context.shadowColor = 'rgba(10, 12, 28, 0.28)';
  context.shadowBlur = height * 0.12;
  context.shadowOffsetY = height * 0.045;
  context.fillStyle = paper;
  roundedRect(context, x, y, width, height, height * CORNER);
  context.fill();
  context.restore();

  const inset = height * (isLogo ? PADDING : BORDER);
  const [innerWidth, innerHeight] = [width - inset * 2, height - inset * 2];
  // All of a logo, the middle of a photograph.
  const fit = isLogo ? Math.min : Math.max;
  const scale = fit(innerWidth / image.width, innerHeight / image.height);
  const [drawnWidth, drawnHeight] = [image.width * scale, image.height * scale];
  context.save();
  roundedRect(context, x + inset, y + inset, innerWidth, innerHeight, height * (CORNER - BORDER));
  if (!isLogo) context.clip();
  context.imageSmoothingQuality = 'high';
  context.drawImage(
    image,
    x + (width - drawnWidth) / 2,
    y + (height - drawnHeight) / 2,
    drawnWidth,
    drawnHeight,
  );
  context.restore();
}

function roundedRect(
  context: SKRSContext2D,
  x: number,
  y: number,
  width: number,
  height: number,
  radius: number,
): void {
  context.beginPath();
  context.roundRect(x, y, width, height, radius);
}

/** Returns the share of an image that is not transparent, and how light that is; both 0 … 1. */
function lookAt(image: Image): { readonly coverage: number; readonly lightness: number } {
  const context = createCanvas(SAMPLE, SAMPLE).getContext('2d');
  context.drawImage(image, 0, 0, SAMPLE, SAMPLE);
  const { data } = context.getImageData(0, 0, SAMPLE, SAMPLE);
  let [alpha, light] = [0, 0];
  for (let at = 0; at < data.length; at += 4) {
    const here = (data[at + 3] ?? 0) / 255;
    alpha += here;
    light +=
      here * (((data[at] ?? 0) * 0.2126 + (data[at + 1] ?? 0) * 0.7152 + (data[at + 2] ?? 0) * 0.0722) / 255);
  }
  return { coverage: alpha / (SAMPLE * SAMPLE), lightness: alpha === 0 ? 0 : light / alpha };
}
