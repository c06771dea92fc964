import { createCanvas, type Image } from '@napi-rs/canvas';
import { drawFilmFrame } from './draw-film-frame.ts';
import { readPlates } from './draw-storyboard.ts';
import { encodeH264 } from '../encode/encode-h264.ts';
import { planFilm } from '../film/film-plan.ts';
import { sceneOf, type FilmScript } from '../film/film-script.ts';
import { writeFrameAsYuv } from '../encode/frame-to-yuv.ts';
import { joinFilm } from '../encode/join-film.ts';

/** Frames between two reports of progress. */
const REPORT_EVERY_FRAMES = 6;

/**
 * Returns the clip of a scene: its frames of the film, on the plates of the scenes' pictures. The scene before is drawn
 * too, since the first shot opens out of its last one.
 * @param pictures of all scenes, in order
 */
export async function moveScene(
  script: FilmScript,
  part: number,
  pictures: readonly Uint8Array[],
  onProgress: (stage: string, fraction: number) => void,
  references: readonly Image[] = [],
): Promise<Uint8Array> {
  const grounds = await Promise.all(pictures.map((picture, index) => readPlates(script, index + 1, picture)));
  const plan = { ...planFilm(script, undefined, references), grounds: grounds.flat() };
  const { width, height, framesPerSecond } = plan.format;
  const { firstFrame, endFrame } = sceneOf(script, part);
  const context = createCanvas(width, height).getContext('2d');
  const clip = await encodeH264(
    plan.format,
    endFrame - firstFrame,
    (frame, yuv) => {
      drawFilmFrame(context, plan, (firstFrame + frame) / framesPerSecond);
      writeFrameAsYuv(context.getImageData(0, 0, width, height).data, width, height, yuv);
    },
    (done, of) => {
      if (done % REPORT_EVERY_FRAMES === 0) onProgress('motion', done / of);
    },
  );
  return joinFilm({ clips: [{ content: clip, startSeconds: 0 }] });
}
