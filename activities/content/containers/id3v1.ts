/** An ID3v1 tag: "TAG" and fields of a fixed length. */
export const ID3V1_BYTES = 128;

export function isId3v1(bytes: Buffer): boolean {
  return bytes.toString('latin1', 0, 3) === 'TAG';
}
