import type { VideoDurationSeconds, VideoQuality } from '../../film-options.ts';

export type FilmFormat = {
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  readonly durationSeconds: number;
  /** H.264 quantizer, 10 (best) … 51. */
  readonly quantizer: number;
  /** Encoder speed, 0 (best) … 10 (fastest). */
  readonly speed: number;
};

type Picture = Omit<FilmFormat, 'durationSeconds'>;

/** A draft has a quarter of the pixels at half the rate: 15 s of it render in about 3 s on two cores. */
const PICTURES: Readonly<Record<VideoQuality, Picture>> = {
  draft: { width: 360, height: 640, framesPerSecond: 12, quantizer: 22, speed: 8 },
  standard: { width: 720, height: 1280, framesPerSecond: 24, quantizer: 22, speed: 10 },
  high: { width: 720, height: 1280, framesPerSecond: 24, quantizer: 18, speed: 8 },
};

export function filmFormatOf(quality: VideoQuality, durationSeconds: VideoDurationSeconds): FilmFormat {
  return { ...PICTURES[quality], durationSeconds };
}
