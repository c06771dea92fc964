import { readFileSync } from 'node:fs';
import {
  BufferSource,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  FilePathTarget,
  Input,
  MP4,
  Mp4OutputFormat,
  Output,
} from 'mediabunny';

const CLIP = new URL('../../../model-service/prepared/film.mp4', import.meta.url);
const SAMPLE_BYTES = 256 * 1024;
const FRAMES_PER_SECOND = 30;

/** Filler data of H.264 (NAL unit type 12): bytes that a decoder skips. */
function fillerOf(bytes: number): Buffer {
  const unit = Buffer.alloc(bytes, 0xff);
  unit.writeUInt32BE(bytes - 4, 0);
  unit[4] = 0x0c;
  unit[bytes - 1] = 0x80;
  return unit;
}

/** Writes a film of at least so many bytes to a file: one frame over and over, each with filler. */
export async function writeLargeFilm(file: string, bytes: number): Promise<void> {
  const input = new Input({ source: new BufferSource(readFileSync(CLIP)), formats: [MP4] });
  const track = await input.getPrimaryVideoTrack();
  const decoderConfig = await track?.getDecoderConfig();
  const frame = track === null ? null : await new EncodedPacketSink(track).getFirstKeyPacket();
  if (frame === null || decoderConfig === null || decoderConfig === undefined)
    throw new Error('the clip has no pictures');
  const data = Buffer.concat([frame.data, fillerOf(SAMPLE_BYTES)]);

  const output = new Output({
    format: new Mp4OutputFormat({ fastStart: false }),
    target: new FilePathTarget(file),
  });
  const video = new EncodedVideoPacketSource('avc');
  output.addVideoTrack(video);
  await output.start();
  for (let index = 0; index * data.length < bytes; index++) {
    const timestamp = index / FRAMES_PER_SECOND;
    await video.add(frame.clone({ data, timestamp, duration: 1 / FRAMES_PER_SECOND }), { decoderConfig });
  }
  await output.finalize();
}
