/** Of a stream whose length its writer did not know. */
const UNKNOWN_LENGTHS: readonly number[] = [0, 0xff_ff_ff_ff];

/** "RIFF" and the length, behind which as much is to follow. */
export const RIFF_HEADER_BYTES = 8;

/** Whether a WAVE file is shorter than it says at its beginning. */
export function isCutWave(beginning: Buffer, bytes: number): boolean {
  const stated = beginning.readUInt32LE(4);
  return !UNKNOWN_LENGTHS.includes(stated) && bytes < stated + RIFF_HEADER_BYTES;
}
