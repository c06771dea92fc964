import { createHash } from 'node:crypto';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadReferences } from '../../model-service/render/drawing/reference-cards.ts';
import { renderPicture } from '../../model-service/render/render-picture.ts';
import { startService, type RunningService } from './running-service.ts';

const INPUT = { kind: 'static_ad', brief: { headline: 'A kettle' } } as const;

/** Where the first card stands: its margin, and some way into it. */
const INSIDE = { x: 84 + 20, y: 84 + 110 } as const;

/** One color, all over or in the middle of nothing. */
function pictureOf(color: string, isLogo = false): Buffer {
  const canvas = createCanvas(300, 200);
  const context = canvas.getContext('2d');
  context.fillStyle = color;
  if (isLogo) context.fillRect(110, 60, 80, 80);
  else context.fillRect(0, 0, 300, 200);
  return canvas.toBuffer('image/png');
}

async function colorInside(...references: readonly Uint8Array[]): Promise<readonly number[]> {
  const rendered = renderPicture(INPUT, 'seed', () => undefined, await loadReferences(references));
  const canvas = createCanvas(1080, 1350);
  const context = canvas.getContext('2d');
  context.drawImage(await loadImage(rendered), 0, 0);
  return [...context.getImageData(INSIDE.x, INSIDE.y, 1, 1).data].slice(0, 3);
}

describe('what a customer refers to', () => {
  it('stands on a card in the picture: a photograph fills it, a logo stands free on paper, or on slate', async () => {
    expect(await colorInside(pictureOf('#ff00ff'))).toEqual([255, 0, 255]);
    expect(await colorInside(pictureOf('#102030', true))).toEqual([255, 255, 255]);
    expect(await colorInside(pictureOf('#fafafa', true))).toEqual([0x14, 0x16, 0x1f]);
  });

  it('that cannot be read is left out, and so is nothing', async () => {
    const bare = await colorInside();
    expect(await colorInside(Buffer.from('not a picture'))).toEqual(bare);
    expect(await colorInside(Buffer.from('not a picture'), pictureOf('#ff00ff'))).toEqual([255, 0, 255]);
  });
});

describe('a submission that names a reference asset', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.dispose());

  it('is refused before it runs until the file has been handed over', async () => {
    const content = pictureOf('#ff00ff');
    const sha256 = createHash('sha256').update(content).digest('hex');
    const submit = () =>
      fetch(`${service.url}/v1/predictions`, {
        method: 'POST',
        body: JSON.stringify({ reference: 'r', input: { ...INPUT, reference_assets: [{ sha256 }] } }),
      });
    const refused = await submit();
    expect([refused.status, await refused.json()]).toMatchObject([409, { error: { code: 'input_missing' } }]);
    const taken = await fetch(`${service.url}/v1/files/${sha256}`, {
      method: 'PUT',
      body: new Uint8Array(content),
    });
    expect(taken.status).toBe(204);
    expect((await submit()).status).toBe(201);
  });
});
