import { createCanvas } from '@napi-rs/canvas';
import type { PredictionInput } from '../prediction-request.ts';
import { adCopyOf } from './ad-copy.ts';
import { composeAudioBed } from './audio-bed.ts';
import { drawFilmFrame } from './draw-film-frame.ts';
import { encodeH264 } from './encode-h264.ts';
import { filmFormatOf } from './film-format.ts';
import { planFilm } from './film-plan.ts';
import { registerFonts } from './font-faces.ts';
import { writeFrameAsYuv } from './frame-to-yuv.ts';
import { muxFilm } from './mux-film.ts';
import { seededRandom } from './seeded-random.ts';

/** http-api.md, "job body": what a video is when it does not say. */
const DEFAULT_DURATION_SECONDS = 30;
const DEFAULT_QUALITY = 'standard';

/** 1,024 samples at 48 kHz. */
const AAC_BLOCK_SECONDS = 1_024 / 48_000;

/** Frames between two reports of progress. */
const REPORT_EVERY_FRAMES = 6;

/** Renders a video ad as MP4 (H.264 and AAC). Reports its stages: script, scene, motion, sound, encode. */
export async function renderFilm(
  input: PredictionInput,
  seed: string,
  onProgress: (stage: string, fraction: number) => void,
): Promise<Uint8Array> {
  registerFonts();
  onProgress('script', 0.01);
  const random = seededRandom(seed);
  const format = filmFormatOf(
    input.quality ?? DEFAULT_QUALITY,
    input.duration_seconds ?? DEFAULT_DURATION_SECONDS,
  );
  onProgress('scene', 0.03);
  const plan = planFilm(adCopyOf(input), format, random);
  const { width, height } = format;
  const context = createCanvas(width, height).getContext('2d');
  const silent = await encodeH264(
    format,
    (frame, yuv) => {
      drawFilmFrame(context, plan, frame / format.framesPerSecond);
      writeFrameAsYuv(context.getImageData(0, 0, width, height).data, width, height, yuv);
    },
    (done, of) => {
      if (done % REPORT_EVERY_FRAMES === 0) onProgress('motion', 0.05 + (0.85 * done) / of);
    },
  );
  onProgress('sound', 0.92);
  // AAC comes in blocks of 21 ms behind a lead-in of one: cut so that the sound does not outlast the picture.
  const bed = composeAudioBed(format.durationSeconds - AAC_BLOCK_SECONDS * 2, Math.floor(random() * 12));
  onProgress('encode', 0.95);
  return muxFilm(silent, bed);
}
