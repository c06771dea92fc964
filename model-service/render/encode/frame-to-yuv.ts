/**
 * Converts RGBA pixels to planar I420 by BT.709 in limited range: 16…235 and 16…240. The encoder's own conversion uses
 * BT.601 and leaves the file untagged, so that players show it pale. Fixed point with 16 bits of fraction.
 *
 * Chroma is averaged over each 2×2 block. Writes into `target`, which holds width × height × 3 / 2 bytes: one buffer
 * for a whole film.
 */
export function writeFrameAsYuv(
  rgba: Uint8Array | Uint8ClampedArray,
  width: number,
  height: number,
  target: Uint8Array,
): void {
  const pixels = width * height;
  let u = pixels;
  let v = pixels + (pixels >> 2);
  for (let y = 0; y < height; y += 2) {
    let top = y * width;
    for (let x = 0; x < width; x += 2) {
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let corner = 0; corner < 4; corner += 1) {
        const pixel = top + (corner & 1) + (corner >> 1) * width;
        const r = rgba[pixel * 4] as number;
        const g = rgba[pixel * 4 + 1] as number;
        const b = rgba[pixel * 4 + 2] as number;
        target[pixel] = (11966 * r + 40254 * g + 4064 * b + 1081344) >> 16;
        red += r;
        green += g;
        blue += b;
      }
      target[u] = (-6596 * red - 22188 * green + 28784 * blue + 33685504) >> 18;
      target[v] = (28784 * red - 26145 * green - 2639 * blue + 33685504) >> 18;
      u += 1;
      v += 1;
      top += 2;
    }
  }
}
