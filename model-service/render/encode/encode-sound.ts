import { registerAacEncoder } from '@mediabunny/aac-encoder';
import { AudioSample, AudioSampleSource, BufferTarget, Mp4OutputFormat, Output, Quality } from 'mediabunny';
import type { AudioBed } from './audio-bed.ts';

/** The length of sound that is given to the encoder at once. */
const CHUNK_SECONDS = 1;

registerAacEncoder();

/** Encodes sound as AAC in an MP4 of its own. */
export async function encodeSound({ sampleRate, left, right }: AudioBed): Promise<Uint8Array> {
  const target = new BufferTarget();
  const output = new Output({ format: new Mp4OutputFormat({ fastStart: 'in-memory' }), target });
  const audio = new AudioSampleSource({ codec: 'aac', quality: new Quality('medium') });
  output.addAudioTrack(audio);
  await output.start();
  const chunk = sampleRate * CHUNK_SECONDS;
  for (let start = 0; start < left.length; start += chunk) {
    const end = Math.min(start + chunk, left.length);
    const data = new Float32Array(2 * (end - start));
    data.set(left.subarray(start, end));
    data.set(right.subarray(start, end), end - start);
    const timestamp = start / sampleRate;
    const sample = new AudioSample({
      data,
      format: 'f32-planar',
      numberOfChannels: 2,
      sampleRate,
      timestamp,
    });
    await audio.add(sample);
    sample.close();
  }
  audio.close();
  await output.finalize();
  if (target.buffer === null) throw new Error('the muxer wrote nothing');
  return new Uint8Array(target.buffer);
}
