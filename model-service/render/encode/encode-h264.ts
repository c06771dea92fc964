import { createRequire } from 'node:module';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type * as Encoder from 'h264-mp4-encoder';
import type { FilmFormat } from '../film/film-format.ts';

// The package is CommonJS without an export map that Node's ESM loader can read.
const { createH264MP4Encoder } = createRequire(import.meta.url)('h264-mp4-encoder') as typeof Encoder;

/** Seconds between two key frames: a player that seeks has to read back so far. */
const KEY_FRAME_EVERY_SECONDS = 2;

/**
 * Encodes frames one by one into an MP4 without sound, to be joined with others. Encoding is synchronous and installs
 * global error handlers: call it in a worker thread only.
 * @param drawFrame writes frame number n as I420 into the buffer, which is the same one each time
 */
export async function encodeH264(
  format: FilmFormat,
  frames: number,
  drawFrame: (frame: number, yuv: Uint8Array) => void,
  onFrame: (done: number, of: number) => void,
): Promise<Uint8Array> {
  const encoder = await createH264MP4Encoder();
  encoder.width = format.width;
  encoder.height = format.height;
  encoder.frameRate = format.framesPerSecond;
  encoder.quantizationParameter = format.quantizer;
  encoder.speed = format.speed;
  encoder.groupOfPictures = KEY_FRAME_EVERY_SECONDS * format.framesPerSecond;
  encoder.initialize();
  const yuv = new Uint8Array((format.width * format.height * 3) / 2);
  for (let frame = 0; frame < frames; frame += 1) {
    drawFrame(frame, yuv);
    encoder.addFrameYuv(yuv);
    onFrame(frame + 1, frames);
    // Lets messages be sent, and native canvas memory be collected.
    if (frame % 8 === 0) await nextTurn();
  }
  encoder.finalize();
  const film = encoder.FS.readFile(encoder.outputFilename);
  encoder.FS.unlink(encoder.outputFilename);
  encoder.delete();
  return film;
}
