import { createCanvas, type Canvas } from '@napi-rs/canvas';
import type { AdCopy } from './ad-copy.ts';
import { ACTORS, composeStage, type Pose } from './composition.ts';
import { drawGlow, drawGround } from './draw-ground.ts';
import { drawShape } from './draw-shape.ts';
import type { FilmFormat } from './film-format.ts';
import { paletteOf, TONES, type Palette } from './palette.ts';
import { createRuler, layOutScene, type SceneLayer } from './scene-layer.ts';
import { pick, type SeededRandom } from './seeded-random.ts';
import { writeStoryboard } from './storyboard.ts';

/** A shape of the film: drawn once at its largest, moved by every frame. One pose per scene. */
export type CastMember = { readonly sprite: Canvas; readonly poses: readonly Pose[] };

/** Everything a frame is put together from. */
export type FilmPlan = {
  readonly format: FilmFormat;
  readonly scenes: readonly SceneLayer[];
  /** The ground of each scene. */
  readonly grounds: readonly Canvas[];
  readonly cast: readonly CastMember[];
};

/** Lays out all scenes of a film and draws what they share. */
export function planFilm(copy: AdCopy, format: FilmFormat, random: SeededRandom): FilmPlan {
  const ruler = createRuler();
  const first = TONES.indexOf(pick(random, TONES));
  const scenes = writeStoryboard(copy, format.durationSeconds).map((scene, index) => {
    const palette = paletteOf(copy.brand, TONES[(first + index) % TONES.length] ?? 'bold');
    const textIs = scene.kind === 'close' || index % 2 === 1 ? 'above' : 'below';
    return layOutScene(ruler, scene, textIs, copy, palette, format);
  });
  const grounds = new Map(scenes.map(({ palette }) => [palette.tone, drawFilmGround(palette, format)]));
  // The same things travel through all scenes, so they keep the colors that stand out on each of the grounds.
  const { shapes } = paletteOf(copy.brand, 'light');
  const opening = Math.floor(random() * 100);
  const stages = scenes.map(({ stage, textIs }, index) =>
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
    scenes,
    grounds: scenes.map(({ palette }) => grounds.get(palette.tone) ?? drawFilmGround(palette, format)),
    cast,
  };
}

function drawFilmGround(palette: Palette, { width, height }: FilmFormat): Canvas {
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  drawGround(context, palette, width, height);
  drawGlow(context, palette.glow, 0.7, width * 0.8, height * 0.5, width * 0.9);
  return canvas;
}
