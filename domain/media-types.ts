/**
 * The media types that results can be checked for by their bytes (activities/content/). A kind or stage of another type
 * would fail every time, after its service was paid.
 */
export const CHECKED_MEDIA_TYPES = [
  'image/png',
  'image/jpeg',
  'image/webp',
  'image/gif',
  'video/mp4',
  'video/webm',
  'video/quicktime',
  'audio/mpeg',
  'audio/mp4',
  'audio/wav',
  'audio/ogg',
  'audio/flac',
  'audio/aac',
  'audio/webm',
  'text/plain',
  'text/vtt',
  'application/json',
] as const;

/** Of a picture or a film, in pixels. */
export type Dimensions = { readonly width: number; readonly height: number };
