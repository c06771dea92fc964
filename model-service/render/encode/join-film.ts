import {
  ADTS,
  BufferSource,
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  Input,
  MP3,
  MP4,
  Mp4OutputFormat,
  Output,
  TextSubtitleSource,
  WAVE,
  type InputAudioTrack,
  type InputVideoTrack,
} from 'mediabunny';

/** A clip and where it begins in the film. */
type FilmClip = {
  readonly content: Uint8Array;
  readonly startSeconds: number;
  /** The factor by which each frame is shown longer; absent: 1. */
  readonly stretch?: number;
  /** How long it is shown, in seconds: it is played slower or faster to fit. Absent: its own length. */
  readonly fillsSeconds?: number;
};

export type FilmParts = {
  readonly clips: readonly FilmClip[];
  /** AAC in MP4, or a format of other services: MP3, WAV, AAC by itself. */
  readonly sound?: Uint8Array;
  /** The end of the film, where its sound is cut. Absent: the sound is not cut. */
  readonly seconds?: number;
  /** WebVTT. */
  readonly captions?: string;
};

/** The color space of the pixels. Without it a player guesses by the size of the picture. */
const BT709 = { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', fullRange: false } as const;

/**
 * Joins clips, sound and captions into one MP4: index first, colors tagged. Nothing is encoded again, so the clips must
 * come from one encoder with one setting. Rejects when a clip or the sound cannot be read.
 */
export async function joinFilm({
  clips,
  sound,
  captions,
  seconds = Infinity,
}: FilmParts): Promise<Uint8Array> {
  const target = new BufferTarget();
  const output = new Output({ format: new Mp4OutputFormat({ fastStart: 'in-memory' }), target });
  const video = new EncodedVideoPacketSource('avc');
  output.addVideoTrack(video);
  const voice = sound === undefined ? null : await openSound(sound);
  if (voice !== null) output.addAudioTrack(voice.source);
  const text = new TextSubtitleSource('webvtt');
  if (captions !== undefined) output.addSubtitleTrack(text);
  await output.start();
  for (const clip of clips) await addClip(video, clip);
  video.close();
  if (voice !== null) await addSound(voice, seconds);
  if (captions !== undefined) {
    await text.add(captions);
    text.close();
  }
  await output.finalize();
  if (target.buffer === null) throw new Error('the muxer wrote nothing');
  return new Uint8Array(target.buffer);
}

async function addClip(video: EncodedVideoPacketSource, clip: FilmClip): Promise<void> {
  const input = new Input({ source: new BufferSource(clip.content), formats: [MP4] });
  const track = await input.getPrimaryVideoTrack();
  const config = await track?.getDecoderConfig();
  if (track === null || config === null || config === undefined) throw new Error('a clip has no video track');
  const decoderConfig = { ...config, colorSpace: BT709 };
  // The encoder marks every frame as a key frame, so key frames are verified: a player would seek to broken pictures.
  const stretch = await stretchOf(clip, track);
  const packets = new EncodedPacketSink(track).packets(undefined, undefined, { verifyKeyPackets: true });
  for await (const packet of packets) {
    const timestamp = packet.timestamp * stretch + clip.startSeconds;
    const duration = packet.duration * stretch;
    await video.add(packet.clone({ timestamp, duration }), { decoderConfig });
  }
  input.dispose();
}

/** A smaller difference comes from rounding: about half a frame. */
const SAME_LENGTH_SECONDS = 0.05;

async function stretchOf({ stretch = 1, fillsSeconds }: FilmClip, track: InputVideoTrack): Promise<number> {
  if (fillsSeconds === undefined) return stretch;
  const seconds = await track.computeDuration();
  return Math.abs(seconds - fillsSeconds) < SAME_LENGTH_SECONDS ? stretch : fillsSeconds / seconds;
}

type Sound = {
  readonly source: EncodedAudioPacketSource;
  readonly track: InputAudioTrack;
  readonly input: Input;
};

async function openSound(content: Uint8Array): Promise<Sound> {
  const input = new Input({ source: new BufferSource(content), formats: [MP4, MP3, WAVE, ADTS] });
  const track = await input.getPrimaryAudioTrack();
  const codec = await track?.getCodec();
  if (track === null || codec === null || codec === undefined)
    throw new Error('the sound has no audio track');
  return { source: new EncodedAudioPacketSource(codec), track, input };
}

async function addSound({ source, track, input }: Sound, endSeconds: number): Promise<void> {
  const decoderConfig = await track.getDecoderConfig();
  if (decoderConfig === null) throw new Error('the audio track of the sound cannot be read');
  for await (const packet of new EncodedPacketSink(track).packets()) {
    if (packet.timestamp + packet.duration > endSeconds) break;
    await source.add(packet, { decoderConfig });
  }
  source.close();
  input.dispose();
}
