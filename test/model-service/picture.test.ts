import { createCanvas, loadImage } from '@napi-rs/canvas';
import { describe, expect, it } from 'vitest';
import { contrastOf, type Color } from '../../model-service/render/color/color.ts';
import { renderPicture } from '../../model-service/render/render-picture.ts';

const WIDTH = 1080;
const HEIGHT = 1350;
/** One per tone. */
const SEEDS = ['a', 'b', 'c'];
const LONG_WORD = 'Donaudampfschifffahrtsgesellschaftskapitän'.repeat(3).slice(0, 120);

type Brief = {
  readonly headline: string;
  readonly body?: string;
  readonly call_to_action?: string;
  readonly brand_color?: string;
};

/** RGBA of a rendered brief, decoded from the PNG by a decoder that is not ours. */
async function pixelsOf(brief: Brief, seed: string): Promise<Uint8ClampedArray> {
  const image = await loadImage(renderPicture({ kind: 'static_ad', brief }, seed, () => undefined));
  expect([image.width, image.height]).toEqual([WIDTH, HEIGHT]);
  const context = createCanvas(WIDTH, HEIGHT).getContext('2d');
  context.drawImage(image, 0, 0);
  return context.getImageData(0, 0, WIDTH, HEIGHT).data;
}

function colorAt(pixels: Uint8ClampedArray, x: number, y: number): Color {
  const at = (y * WIDTH + x) * 4;
  const channel = (offset: number): number => (pixels[at + offset] ?? 0) / 255;
  return { red: channel(0), green: channel(1), blue: channel(2) };
}

describe('a rendered picture', () => {
  it.each([
    [
      'a usual brief',
      { headline: 'Sleep colder', body: 'A cover that cools itself.', call_to_action: 'Try it' },
    ],
    ['the longest brief', { headline: LONG_WORD, body: 'word '.repeat(200), call_to_action: 'x'.repeat(60) }],
    ['one long word as its body', { headline: 'x', body: 'y'.repeat(1_000) }],
    ['nothing that can be drawn', { headline: 'ᚠᚢ' }],
    [
      'letters that run to the left',
      { headline: 'خبز طازج كل صباح', body: 'نخبز كل يوم. '.repeat(20), call_to_action: 'اطلب' },
    ],
    [
      'words that no space separates',
      { headline: '面包'.repeat(60), body: 'ขนมปังสดใหม่'.repeat(60), call_to_action: '订购' },
    ],
    ['a color that is none', { headline: 'Hello', brand_color: 'tomato' }],
  ])('of %s is a PNG of 1080 × 1350 that is not uniform, with a safe margin', async (_what, brief) => {
    const pixels = await pixelsOf(brief, 'seed');
    const tones = new Set<number>();
    for (let at = 0; at < pixels.length; at += 4_000) {
      tones.add(((pixels[at] ?? 0) << 16) | ((pixels[at + 1] ?? 0) << 8) | (pixels[at + 2] ?? 0));
    }
    expect(tones.size).toBeGreaterThan(20);
    // Below the shapes nothing comes near the right edge: each pixel is like the one at the very edge.
    for (let y = HEIGHT / 2 + 200; y < HEIGHT; y += 3) {
      expect(contrastOf(colorAt(pixels, WIDTH - 60, y), colorAt(pixels, WIDTH - 2, y))).toBeLessThan(1.3);
    }
  });

  it.each(['#777777', '#ffe600', '#e4572e', '#00aa77'])(
    'of brand color %s has text of contrast 4.5 and more',
    async (brandColor) => {
      const brief = { headline: 'Hhhhh hhhhh hhhhh', brand_color: brandColor };
      for (const seed of SEEDS) {
        const pixels = await pixelsOf(brief, seed);
        // The last line of the headline, with its ground in the left margin.
        const ground = colorAt(pixels, 30, HEIGHT - 160);
        let best = 1;
        for (let y = HEIGHT - 200; y < HEIGHT - 100; y += 2) {
          for (let x = 84; x < 500; x += 2) best = Math.max(best, contrastOf(colorAt(pixels, x, y), ground));
        }
        expect(best, `seed ${seed}`).toBeGreaterThanOrEqual(4.5);
      }
    },
  );

  it('is the same for the same seed and another for another', () => {
    const render = (seed: string): Buffer =>
      Buffer.from(renderPicture({ kind: 'static_ad', brief: { headline: 'Hello' } }, seed, () => undefined));
    expect(render('a').equals(render('a'))).toBe(true);
    expect(render('a').equals(render('b'))).toBe(false);
  });
});
