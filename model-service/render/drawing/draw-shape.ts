import { createCanvas, type Canvas, type SKRSContext2D } from '@napi-rs/canvas';
import { cssOf, mixColors, type Color } from '../color/color.ts';

/** Shapes that look like plastic under a lamp at the top left. */
export type ShapeKind = 'ball' | 'ring' | 'capsule' | 'spring' | 'disc';

const WHITE: Color = { red: 1, green: 1, blue: 1 };
const NIGHT: Color = { red: 0.02, green: 0.02, blue: 0.09 };

/** The layers of a tube. More cannot be told apart at the size of an ad. */
const TUBE_LAYERS = 26;

/** Draws a shape once, in a square of `size` pixels that it fills to about 90 %. Frames then only move it. */
export function drawShape(kind: ShapeKind, color: Color, size: number): Canvas {
  const canvas = createCanvas(Math.ceil(size), Math.ceil(size));
  const context = canvas.getContext('2d');
  context.scale(size / 200, size / 200);
  context.translate(100, 100);
  context.lineCap = 'round';
  context.lineJoin = 'round';
  switch (kind) {
    case 'ball':
      drawBall(context, color, 88);
      break;
    case 'ring':
      drawTube(context, color, 40, (path) => {
        path.ellipse(0, 0, 66, 66, 0, 0, Math.PI * 2);
      });
      break;
    case 'capsule':
      drawTube(context, color, 66, (path) => {
        path.moveTo(-44, 30);
        path.lineTo(44, -30);
      });
      break;
    case 'spring':
      drawTube(context, color, 26, traceWave);
      break;
    case 'disc':
      drawDisc(context, color, 86);
      break;
  }
  return canvas;
}

function traceWave(path: SKRSContext2D): void {
  path.moveTo(-80, 0);
  for (let x = -80; x <= 80; x += 2) path.lineTo(x, Math.sin(((x + 80) / 160) * Math.PI * 4) * 34);
}

function drawBall(context: SKRSContext2D, color: Color, radius: number): void {
  const gradient = context.createRadialGradient(
    -radius * 0.36,
    -radius * 0.42,
    radius * 0.04,
    0,
    0,
    radius * 1.02,
  );
  gradient.addColorStop(0, cssOf(mixColors(color, WHITE, 0.72)));
  gradient.addColorStop(0.22, cssOf(mixColors(color, WHITE, 0.28)));
  gradient.addColorStop(0.55, cssOf(color));
  gradient.addColorStop(0.88, cssOf(mixColors(color, NIGHT, 0.42)));
  gradient.addColorStop(1, cssOf(mixColors(color, NIGHT, 0.28)));
  context.fillStyle = gradient;
  context.beginPath();
  context.arc(0, 0, radius, 0, Math.PI * 2);
  context.fill();
}

/** A flat plate with a bright edge and a light falling across it. */
function drawDisc(context: SKRSContext2D, color: Color, radius: number): void {
  const face = context.createLinearGradient(-radius, -radius, radius, radius);
  face.addColorStop(0, cssOf(mixColors(color, WHITE, 0.35)));
  face.addColorStop(0.5, cssOf(color));
  face.addColorStop(1, cssOf(mixColors(color, NIGHT, 0.3)));
  context.fillStyle = face;
  context.beginPath();
  context.arc(0, 0, radius, 0, Math.PI * 2);
  context.fill();
  for (const share of [0.72, 0.44]) {
    context.strokeStyle = cssOf(WHITE, 0.22);
    context.lineWidth = 2.4;
    context.beginPath();
    context.arc(0, 0, radius * share, 0, Math.PI * 2);
    context.stroke();
  }
}

/** Strokes a path several times, thinner, lighter and nearer to the lamp each time, so that it looks round. */
function drawTube(
  context: SKRSContext2D,
  color: Color,
  width: number,
  trace: (path: SKRSContext2D) => void,
): void {
  for (let layer = 0; layer < TUBE_LAYERS; layer += 1) {
    const share = layer / (TUBE_LAYERS - 1);
    const shade =
      share < 0.5
        ? mixColors(mixColors(color, NIGHT, 0.42), color, share * 2)
        : mixColors(color, WHITE, (share - 0.5) * 1.15);
    const shift = -width * 0.2 * share;
    context.save();
    context.translate(shift * 0.8, shift);
    context.beginPath();
    trace(context);
    context.lineWidth = Math.max(0.5, width * (1 - share * 0.94));
    context.strokeStyle = cssOf(shade);
    context.stroke();
    context.restore();
  }
}
