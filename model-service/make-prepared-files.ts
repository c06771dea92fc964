import { createCanvas, loadImage } from '@napi-rs/canvas';
import { mkdirSync, writeFileSync } from 'node:fs';
import { VIDEO_DURATIONS_SECONDS } from './film-options.ts';
import type { PredictionInput } from './predictions/prediction-request.ts';
import { composeAudioBed } from './render/encode/audio-bed.ts';
import { drawFilmFrame } from './render/drawing/draw-film-frame.ts';
import { encodeH264 } from './render/encode/encode-h264.ts';
import { encodeSound } from './render/encode/encode-sound.ts';
import { planFilm } from './render/film/film-plan.ts';
import { writeScript } from './render/film/film-script.ts';
import { writeFrameAsYuv } from './render/encode/frame-to-yuv.ts';
import { joinFilm } from './render/encode/join-film.ts';
import { renderPicture } from './render/render-picture.ts';
import { writeCaptions } from './render/film/write-captions.ts';

/**
 * Writes the files that `instant` mode returns. Run it after a change of the renderer: `npx tsx
 * model-service/make-prepared-files.ts`
 */

const FOLDER = new URL('./prepared/', import.meta.url);
const SEED = 'prepared';
const INPUT: PredictionInput = {
  kind: 'static_ad',
  brief: { headline: 'Made in an instant', call_to_action: 'Have a look', brand_color: '#0b7a5b' },
};

/** Small enough that a benchmark does not measure the copying of bytes. */
const PICTURE = { width: 108, height: 135 } as const;

/** One second that shows all fifteen of a real film. */
const FILM = {
  width: 180,
  height: 320,
  framesPerSecond: 12,
  durationSeconds: 1,
  quantizer: 32,
  speed: 5,
} as const;
const SHOWN_SECONDS = 15;
const SCRIPT = writeScript({ ...INPUT, duration_seconds: SHOWN_SECONDS, quality: 'draft' }, SEED);

async function makePicture(): Promise<Uint8Array> {
  const large = await loadImage(renderPicture(INPUT, SEED, () => undefined));
  const canvas = createCanvas(PICTURE.width, PICTURE.height);
  canvas.getContext('2d').drawImage(large, 0, 0, PICTURE.width, PICTURE.height);
  return canvas.toBuffer('image/png');
}

async function makeClip(): Promise<Uint8Array> {
  const { width, height, framesPerSecond } = FILM;
  const plan = planFilm(SCRIPT, { ...FILM, durationSeconds: SHOWN_SECONDS });
  const context = createCanvas(width, height).getContext('2d');
  return encodeH264(
    FILM,
    FILM.durationSeconds * framesPerSecond,
    (frame, yuv) => {
      drawFilmFrame(context, plan, (frame / framesPerSecond) * SHOWN_SECONDS);
      writeFrameAsYuv(context.getImageData(0, 0, width, height).data, width, height, yuv);
    },
    () => undefined,
  );
}

/** Stretches the clip to the requested length: the file has as many bytes, and passes a check of its length. */
function makeFilm(clip: Uint8Array, sound: Uint8Array, durationSeconds: number): Promise<Uint8Array> {
  return joinFilm({ clips: [{ content: clip, startSeconds: 0, stretch: durationSeconds }], sound });
}

const sound = await encodeSound(composeAudioBed(FILM.durationSeconds, 0));
mkdirSync(FOLDER, { recursive: true });
writeFileSync(new URL('script.json', FOLDER), `${JSON.stringify(SCRIPT, null, 2)}\n`);
writeFileSync(new URL('picture.png', FOLDER), await makePicture());
const clip = await makeClip();
writeFileSync(new URL('film.mp4', FOLDER), await makeFilm(clip, sound, FILM.durationSeconds));
for (const seconds of VIDEO_DURATIONS_SECONDS)
  writeFileSync(new URL(`film-${String(seconds)}.mp4`, FOLDER), await makeFilm(clip, sound, seconds));
writeFileSync(new URL('sound.m4a', FOLDER), sound);
writeFileSync(new URL('captions.vtt', FOLDER), writeCaptions(SCRIPT));
