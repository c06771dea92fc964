/** Of a file's end: the last frame of a sound, and tags behind it. */
export const SOUND_END_BYTES = 64 * 1024;

/** A frame of MPEG audio begins so, in MP3 as in ADTS. */
const FRAME_SYNC = 0xff;

/** Of a stream whose length its writer did not know. */
const UNKNOWN_LENGTHS: readonly number[] = [0, 0xff_ff_ff_ff];

/** "RIFF" and the length, behind which as much is to follow. */
const RIFF_HEADER_BYTES = 8;

/**
 * Whether a sound of frames without an index (MP3, ADTS) ends within a frame. One that was cut off between two frames says nothing of it: only
 * its length tells, where that was asked for.
 * @param end of the file, SOUND_END_BYTES of it or all. `lastFrame`: what was read as the last whole one.
 */
export function isCutInFrame(end: Buffer, lastFrame: Uint8Array): boolean {
  const at = end.lastIndexOf(lastFrame);
  return at === -1 || end[at + lastFrame.length] === FRAME_SYNC;
}

/** Whether a WAVE file is shorter than it says at its beginning. */
export function isCutWave(beginning: Buffer, bytes: number): boolean {
  const stated = beginning.readUInt32LE(4);
  return !UNKNOWN_LENGTHS.includes(stated) && bytes < stated + RIFF_HEADER_BYTES;
}
