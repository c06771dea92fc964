/** Lengths that a writer states when it does not know the length of its stream. */
const UNKNOWN_LENGTHS: readonly number[] = [0, 0xff_ff_ff_ff];

/** "RIFF", and the number of bytes that follow. */
export const RIFF_HEADER_BYTES = 8;

/** Returns whether a WAVE file is shorter than its header states. */
export function isCutWave(beginning: Buffer, bytes: number): boolean {
  const stated = beginning.readUInt32LE(4);
  return !UNKNOWN_LENGTHS.includes(stated) && bytes < stated + RIFF_HEADER_BYTES;
}
