import { createCanvas, type Canvas, type SKRSContext2D } from '@napi-rs/canvas';
import { cssOf, type Color } from '../color/color.ts';
import type { Palette } from '../color/palette.ts';
import type { SeededRandom } from './seeded-random.ts';

const GRAIN_TILE = 192;

/** Fills the canvas with the palette's ground and a light from above. */
export function drawGround(context: SKRSContext2D, palette: Palette, width: number, height: number): void {
  const [top, bottom] = palette.ground;
  const fall = context.createLinearGradient(0, 0, width * 0.25, height);
  fall.addColorStop(0, cssOf(top));
  fall.addColorStop(1, cssOf(bottom));
  context.fillStyle = fall;
  context.fillRect(0, 0, width, height);
}

/** A glow of one color around a point; it fades out before it reaches `radius`. */
export function drawGlow(
  context: SKRSContext2D,
  color: Color,
  opacity: number,
  x: number,
  y: number,
  radius: number,
): void {
  const glow = context.createRadialGradient(x, y, 0, x, y, radius);
  glow.addColorStop(0, cssOf(color, opacity));
  glow.addColorStop(0.55, cssOf(color, opacity * 0.35));
  glow.addColorStop(1, cssOf(color, 0));
  context.fillStyle = glow;
  context.fillRect(x - radius, y - radius, radius * 2, radius * 2);
}

/** Draws a grain that is almost invisible: it hides the banding of gradients and their look of plastic. */
export function drawGrain(context: SKRSContext2D, random: SeededRandom, width: number, height: number): void {
  const pattern = context.createPattern(grainTile(random), 'repeat');
  if (pattern === null) return;
  context.fillStyle = pattern;
  context.fillRect(0, 0, width, height);
}

function grainTile(random: SeededRandom): Canvas {
  const tile = createCanvas(GRAIN_TILE, GRAIN_TILE);
  const context = tile.getContext('2d');
  const grain = context.createImageData(GRAIN_TILE, GRAIN_TILE);
  for (let pixel = 0; pixel < grain.data.length; pixel += 4) {
    const value = random() < 0.5 ? 0 : 255;
    grain.data[pixel] = value;
    grain.data[pixel + 1] = value;
    grain.data[pixel + 2] = value;
    grain.data[pixel + 3] = Math.floor(random() * 9);
  }
  context.putImageData(grain, 0, 0);
  return tile;
}
