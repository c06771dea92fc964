import type { Canvas, SKRSContext2D } from '@napi-rs/canvas';
import type { Color } from '../color/color.ts';
import type { Pose } from './composition.ts';
import { drawGlow } from './draw-ground.ts';

const SHADOW: Color = { red: 0.02, green: 0.02, blue: 0.08 };

/** Shadows of neighbours add up. A higher opacity makes a light ground grey. */
const SHADOW_OPACITY = 0.22;

/** Draws a shape at a pose, with a soft shadow to its lower right. */
export function drawActor(context: SKRSContext2D, sprite: Canvas, pose: Pose): void {
  if (pose.size <= 0) return;
  const { x, y, size, turn } = pose;
  drawGlow(context, SHADOW, SHADOW_OPACITY, x + size * 0.06, y + size * 0.1, size * 0.52);
  context.save();
  context.translate(x, y);
  context.rotate(turn);
  context.drawImage(sprite, -size / 2, -size / 2, size, size);
  context.restore();
}
