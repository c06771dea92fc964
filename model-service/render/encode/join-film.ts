import {
  BufferSource,
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  Input,
  MP4,
  Mp4OutputFormat,
  Output,
  TextSubtitleSource,
} from 'mediabunny';

/** A clip and where it begins in the film. */
type FilmClip = {
  readonly content: Uint8Array;
  readonly startSeconds: number;
  /** How many times as long each frame is shown; absent: once. */
  readonly stretch?: number;
};

export type FilmParts = {
  readonly clips: readonly FilmClip[];
  /** AAC in MP4. */
  readonly sound?: Uint8Array;
  /** WebVTT. */
  readonly captions?: string;
};

/** Says how the pixels are meant; without it a player guesses by picture size. */
const BT709 = { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', fullRange: false } as const;

/**
 * Joins clips, sound and captions into one MP4: index first, colours tagged. Nothing is encoded again, so the clips must
 * come from one encoder with one setting.
 */
export async function joinFilm({ clips, sound, captions }: FilmParts): Promise<Uint8Array> {
  const target = new BufferTarget();
  const output = new Output({ format: new Mp4OutputFormat({ fastStart: 'in-memory' }), target });
  const video = new EncodedVideoPacketSource('avc');
  output.addVideoTrack(video);
  const audio = new EncodedAudioPacketSource('aac');
  if (sound !== undefined) output.addAudioTrack(audio);
  const text = new TextSubtitleSource('webvtt');
  if (captions !== undefined) output.addSubtitleTrack(text);
  await output.start();
  for (const clip of clips) await addClip(video, clip);
  video.close();
  if (sound !== undefined) await addSound(audio, sound);
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
  if (track === null || config === null || config === undefined) throw new Error('a clip has no pictures');
  const decoderConfig = { ...config, colorSpace: BT709 };
  // The encoder's own container calls every frame a key frame; a player that believed it would seek to garbage.
  const packets = new EncodedPacketSink(track).packets(undefined, undefined, { verifyKeyPackets: true });
  for await (const packet of packets) {
    const { stretch = 1 } = clip;
    const timestamp = packet.timestamp * stretch + clip.startSeconds;
    const duration = packet.duration * stretch;
    await video.add(packet.clone({ timestamp, duration }), { decoderConfig });
  }
  input.dispose();
}

async function addSound(audio: EncodedAudioPacketSource, sound: Uint8Array): Promise<void> {
  const input = new Input({ source: new BufferSource(sound), formats: [MP4] });
  const track = await input.getPrimaryAudioTrack();
  const decoderConfig = await track?.getDecoderConfig();
  if (track === null || decoderConfig === null || decoderConfig === undefined)
    throw new Error('the sound has no sound');
  for await (const packet of new EncodedPacketSink(track).packets())
    await audio.add(packet, { decoderConfig });
  audio.close();
  input.dispose();
}
