/** Reads bits, the highest of each byte first. After the end it returns zeros, and `isPastEnd` returns true. */
export type BitReader = {
  /** @param count at most 32 */
  readonly read: (count: number) => number;
  /** An unsigned Exp-Golomb code (H.264 9.1); 2^32 or more: it is longer than any legal one. */
  readonly readGolomb: () => number;
  readonly isPastEnd: () => boolean;
};

const MAX_GOLOMB_ZEROS = 32;

export function createBitReader(bytes: Uint8Array): BitReader {
  const end = bytes.length * 8;
  let at = 0;

  function read(count: number): number {
    let value = 0;
    for (let bit = 0; bit < count; bit += 1, at += 1)
      value = value * 2 + (((bytes[at >> 3] ?? 0) >> (7 - (at & 7))) & 1);
    return value;
  }

  function readGolomb(): number {
    let zeros = 0;
    while (zeros < MAX_GOLOMB_ZEROS && read(1) === 0) zeros += 1;
    return 2 ** zeros - 1 + read(zeros);
  }

  return { read, readGolomb, isPastEnd: () => at > end };
}
