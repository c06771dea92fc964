/** The same bytes each time, and as good as random (xorshift). */
export function noiseOf(bytes: number): Buffer {
  let state = 0x9e3779b9;
  return Buffer.from(
    Array.from({ length: bytes }, () => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return state & 0xff;
    }),
  );
}
