import { createCanvas, type Canvas, type Image } from '@napi-rs/canvas';
import { ACTORS, composeStage, type Pose } from '../drawing/composition.ts';
import { drawGlow, drawGround } from '../drawing/draw-ground.ts';
import { drawShape } from '../drawing/draw-shape.ts';
import type { FilmFormat } from './film-format.ts';
import { formatOfScript, shotsOf, type FilmScript } from './film-script.ts';
import { paletteOf, TONES, type Palette } from '../color/palette.ts';
import { drawReferenceCards } from '../drawing/reference-cards.ts';
import { createRuler, layOutShot, type ShotLayer } from '../drawing/shot-layer.ts';
import { pick, seededRandom } from '../drawing/seeded-random.ts';

/** A shape of the film: drawn once at its largest, moved by every frame. One pose per shot. */
export type CastMember = { readonly sprite: Canvas; readonly poses: readonly Pose[] };

/** Everything that a frame is drawn from. */
export type FilmPlan = {
  readonly format: FilmFormat;
  readonly shots: readonly ShotLayer[];
  /** The ground of each shot. */
  readonly grounds: readonly (Canvas | Image)[];
  readonly cast: readonly CastMember[];
  /** The customer's pictures, over the shapes of every shot. */
  readonly cards: Canvas | null;
};

/** Height of the cards, as a share of the film's width. */
const CARD_HEIGHT = 0.2;

/**
 * Lays out all shots of a film and draws what they share. The same script gives the same plan, so that each process
 * that makes a part of the film knows all of it.
 */
export function planFilm(
  script: FilmScript,
  format: FilmFormat = formatOfScript(script),
  references: readonly Image[] = [],
): FilmPlan {
  const random = seededRandom(script.seed);
  const { copy } = script;
  const ruler = createRuler();
  const first = TONES.indexOf(pick(random, TONES));
  const shots = shotsOf(script).map((shot, index) => {
    const palette = paletteOf(copy.brand, TONES[(first + index) % TONES.length] ?? 'bold');
    const textIs = shot.kind === 'close' || index % 2 === 1 ? 'above' : 'below';
    return layOutShot(ruler, shot, textIs, copy, palette, format);
  });
  const grounds = new Map(shots.map(({ palette }) => [palette.tone, drawFilmGround(palette, format)]));
  // The same shapes move through all shots, so their colors have to stand out on each of the grounds.
  const { shapes } = paletteOf(copy.brand, 'light');
  const opening = Math.floor(random() * 100);
  const stages = shots.map(({ stage, textIs }, index) =>
    composeStage(stage, textIs, opening + index, random),
  );
  const cast = ACTORS.flatMap(({ kind, color }, actor): readonly CastMember[] => {
    const poses = stages.flatMap((stage) => stage[actor] ?? []);
    const paint = shapes[color];
    if (paint === undefined) return [];
    return [{ sprite: drawShape(kind, paint, Math.max(...poses.map(({ size }) => size))), poses }];
  });
  return {
    format,
    shots,
    grounds: shots.map(({ palette }) => grounds.get(palette.tone) ?? drawFilmGround(palette, format)),
    cast,
    cards: drawReferenceCards(references, format.width * CARD_HEIGHT),
  };
}

function drawFilmGround(palette: Palette, { width, height }: FilmFormat): Canvas {
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  drawGround(context, palette, width, height);
  drawGlow(context, palette.glow, 0.7, width * 0.8, height * 0.5, width * 0.9);
  return canvas;
}
