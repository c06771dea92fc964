import type { ShapeKind } from './draw-shape.ts';
import type { SeededRandom } from './seeded-random.ts';

/** The part of the picture that is for the shapes. Pixels. */
export type Stage = { readonly top: number; readonly width: number; readonly height: number };

/** The place of a shape: its middle and its size in pixels, and its rotation in radians. */
export type Pose = { readonly x: number; readonly y: number; readonly size: number; readonly turn: number };

/** A shape, and the index of its color in the palette. Later ones are in front. */
type Actor = { readonly kind: ShapeKind; readonly color: number };

export const ACTORS: readonly Actor[] = [
  { kind: 'disc', color: 3 },
  { kind: 'ring', color: 0 },
  { kind: 'spring', color: 4 },
  { kind: 'capsule', color: 1 },
  { kind: 'ball', color: 0 },
  { kind: 'ball', color: 2 },
];

/** x, y, size and rotation of a shape, as shares of the stage's width, its height, and the geometric mean of both. */
type Share = readonly [x: number, y: number, size: number, turn: number];

/** Designed by hand, since random places look cluttered. The seed only picks one and mirrors it. */
const COMPOSITIONS: readonly (readonly Share[])[] = [
  [
    [0.62, 0.46, 0.98, 0],
    [0.27, 0.36, 0.5, 0.2],
    [0.78, 0.83, 0.46, -0.25],
    [0.89, 0.27, 0.38, 0.3],
    [0.58, 0.52, 0.56, 0],
    [0.29, 0.76, 0.24, 0],
  ],
  [
    [0.2, 0.32, 0.68, 0],
    [0.62, 0.5, 0.88, 0.4],
    [0.2, 0.8, 0.44, 0.3],
    [0.91, 0.82, 0.4, -0.5],
    [0.62, 0.5, 0.34, 0],
    [0.33, 0.46, 0.26, 0],
  ],
  [
    [0.84, 0.26, 0.58, 0],
    [0.15, 0.7, 0.48, 0],
    [0.55, 0.3, 0.68, 0.35],
    [0.46, 0.66, 0.68, 0.1],
    [0.83, 0.72, 0.38, 0],
    [0.2, 0.27, 0.3, 0],
  ],
  [
    [0.5, 0.48, 1, 0],
    [0.85, 0.26, 0.4, 0.6],
    [0.5, 0.46, 0.6, 0.78],
    [0.14, 0.36, 0.42, 0.9],
    [0.78, 0.76, 0.34, 0],
    [0.2, 0.8, 0.22, 0],
  ],
];

/**
 * How far a shape may reach out of its stage on the side of the text, as a share of its size. Other sides have no
 * limit.
 */
const OVERHANG = 0.02;

/**
 * Returns the poses of all shapes on a stage, mirrored for some seeds.
 * @param number of the composition; successive shots take successive ones, so that every cut moves everything
 * @param textIs the side without shapes
 */
export function composeStage(
  stage: Stage,
  textIs: 'above' | 'below',
  number: number,
  random: SeededRandom,
): readonly Pose[] {
  const composition = COMPOSITIONS[number % COMPOSITIONS.length] ?? [];
  const isMirrored = random() < 0.5;
  const unit = Math.sqrt(stage.width * stage.height) * 0.86;
  return composition.map(([x, y, share, turn]) => {
    const size = Math.min(share * unit, stage.height * 1.1);
    const reach = size * (0.5 - OVERHANG);
    const middle = stage.top + y * stage.height;
    return {
      x: (isMirrored ? 1 - x : x) * stage.width,
      y:
        textIs === 'below'
          ? Math.min(middle, stage.top + stage.height - reach)
          : Math.max(middle, stage.top + reach),
      size,
      turn: isMirrored ? -turn : turn,
    };
  });
}
