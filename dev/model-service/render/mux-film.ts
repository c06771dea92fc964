import { registerAacEncoder } from '@mediabunny/aac-encoder';
import {
  AudioSample,
  AudioSampleSource,
  BufferSource,
  BufferTarget,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  Input,
  MP4,
  Mp4OutputFormat,
  Output,
  Quality,
} from 'mediabunny';
import type { AudioBed } from './audio-bed.ts';

/** Samples handed to the audio encoder at once: one second. */
const AUDIO_CHUNK_SECONDS = 1;

/** Says how the pixels are meant; without it a player guesses by picture size. */
const BT709 = { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', fullRange: false } as const;

registerAacEncoder();

/** Joins an MP4 without sound and an audio bed into the final file: index first, colours tagged, AAC sound. */
export async function muxFilm(silentFilm: Uint8Array, bed: AudioBed): Promise<Uint8Array> {
  const input = new Input({ source: new BufferSource(silentFilm), formats: [MP4] });
  const track = await input.getPrimaryVideoTrack();
  const config = await track?.getDecoderConfig();
  if (track === null || config === null || config === undefined)
    throw new Error('the encoder wrote no video track');

  const target = new BufferTarget();
  const output = new Output({ format: new Mp4OutputFormat({ fastStart: 'in-memory' }), target });
  const video = new EncodedVideoPacketSource('avc');
  const audio = new AudioSampleSource({ codec: 'aac', quality: new Quality('medium') });
  output.addVideoTrack(video);
  output.addAudioTrack(audio);
  await output.start();
  const decoderConfig = { ...config, colorSpace: BT709 };
  // The encoder's own container calls every frame a key frame; a player that believed it would seek to garbage.
  const packets = new EncodedPacketSink(track).packets(undefined, undefined, { verifyKeyPackets: true });
  for await (const packet of packets) await video.add(packet, { decoderConfig });
  video.close();
  await addSound(audio, bed);
  audio.close();
  await output.finalize();
  input.dispose();
  if (target.buffer === null) throw new Error('the muxer wrote nothing');
  return new Uint8Array(target.buffer);
}

async function addSound(audio: AudioSampleSource, bed: AudioBed): Promise<void> {
  const { sampleRate, left, right } = bed;
  const chunk = sampleRate * AUDIO_CHUNK_SECONDS;
  for (let start = 0; start < left.length; start += chunk) {
    const end = Math.min(start + chunk, left.length);
    const data = new Float32Array(2 * (end - start));
    data.set(left.subarray(start, end));
    data.set(right.subarray(start, end), end - start);
    const sample = new AudioSample({
      data,
      format: 'f32-planar',
      numberOfChannels: 2,
      sampleRate,
      timestamp: start / sampleRate,
    });
    await audio.add(sample);
    sample.close();
  }
}
