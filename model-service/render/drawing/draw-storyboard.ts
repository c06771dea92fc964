import { createCanvas, loadImage, type Canvas, type Image } from '@napi-rs/canvas';
import { drawFilmFrame } from './draw-film-frame.ts';
import { encodePng } from '../encode/encode-png.ts';
import { formatOfScript, sceneOf, type FilmScript } from '../film/film-script.ts';
import { planFilm } from '../film/film-plan.ts';

/**
 * The time of a shot's still before its end: everything is in its place, and nothing has begun to move to the next
 * shot.
 */
const STILL_BEFORE_END_SECONDS = 0.4;

/**
 * Draws a scene's picture as PNG. Each row is a shot: on the left its still, on the right its plate, the bare ground on
 * which shapes and texts move.
 */
export function drawStoryboard(
  script: FilmScript,
  part: number,
  onProgress: (stage: string, fraction: number) => void,
  references: readonly Image[] = [],
): Uint8Array {
  const plan = planFilm(script, undefined, references);
  const { width, height } = plan.format;
  const { shots, firstShot } = sceneOf(script, part);
  const canvas = createCanvas(width * 2, height * shots.length);
  const context = canvas.getContext('2d');
  const still = createCanvas(width, height);
  shots.forEach((shot, index) => {
    drawFilmFrame(still.getContext('2d'), plan, shot.endSeconds - STILL_BEFORE_END_SECONDS);
    context.drawImage(still, 0, height * index);
    const plate = plan.grounds[firstShot + index];
    if (plate !== undefined) context.drawImage(plate, width, height * index);
    onProgress('scene', (index + 1) / (shots.length + 1));
  });
  return encodePng(context.getImageData(0, 0, canvas.width, canvas.height).data, canvas.width, canvas.height);
}

/**
 * Returns the plates of a scene's picture, in the order of its shots. Rejects when the picture is not of the script's
 * size.
 */
export async function readPlates(
  script: FilmScript,
  part: number,
  picture: Uint8Array,
): Promise<readonly Canvas[]> {
  const { width, height } = formatOfScript(script);
  const { shots } = sceneOf(script, part);
  const image = await loadImage(picture);
  if (image.width !== width * 2 || image.height !== height * shots.length)
    throw new RangeError(`the picture of scene ${String(part)} has the wrong size`);
  return shots.map((_shot, index) => {
    const plate = createCanvas(width, height);
    plate.getContext('2d').drawImage(image, width, height * index, width, height, 0, 0, width, height);
    return plate;
  });
}
