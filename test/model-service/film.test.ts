import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BufferSource, EncodedPacketSink, Input, MP4 } from 'mediabunny';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRenderPool } from '../../dev/model-service/render/render-pool.ts';
import type { Renderer } from '../../dev/model-service/renderer.ts';
import { ResultFiles } from '../../dev/model-service/result-files.ts';
import type { PredictionInput } from '../../dev/model-service/prediction-request.ts';

const FILM: PredictionInput = {
  kind: 'video_ad',
  quality: 'draft',
  duration_seconds: 15,
  brief: {
    headline: 'Your morning, already warm',
    body: 'One. Two.',
    call_to_action: 'Go',
    brand_color: '#e4572e',
  },
};

let home: string;
let files: ResultFiles;
let pool: Renderer;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'holdfast-film-'));
  files = new ResultFiles(home);
  pool = createRenderPool(files);
});

afterAll(async () => {
  await pool.close();
  rmSync(home, { recursive: true, force: true });
});

/** The top-level boxes of an MP4, in order. */
function boxesOf(film: Buffer): readonly string[] {
  const boxes: string[] = [];
  for (let at = 0; at < film.length; at += film.readUInt32BE(at))
    boxes.push(film.toString('latin1', at + 4, at + 8));
  return boxes;
}

describe('a rendered film', () => {
  it('is an MP4 of the duration asked for, index first, H.264 tagged BT.709, with AAC sound', async () => {
    const stages = new Set<string>();
    let last = 0;
    const onProgress = ({ stage, fraction }: { readonly stage: string; readonly fraction: number }): void => {
      stages.add(stage);
      expect(fraction).toBeGreaterThanOrEqual(last);
      last = fraction;
    };
    const signal = new AbortController().signal;
    const file = await pool.render({ name: 'film', seed: 'seed', input: FILM }, onProgress, signal);
    expect(file.contentType).toBe('video/mp4');
    expect([...stages]).toEqual(['script', 'scene', 'motion', 'sound', 'encode']);

    const film = Buffer.concat((await files.open(file)?.toArray()) ?? []);
    const boxes = boxesOf(film);
    expect(boxes.indexOf('moov')).toBeLessThan(boxes.indexOf('mdat'));
    const input = new Input({ source: new BufferSource(film), formats: [MP4] });
    expect(await input.computeDuration()).toBeCloseTo(15, 1);
    const video = await input.getPrimaryVideoTrack();
    const audio = await input.getPrimaryAudioTrack();
    expect((await video?.getDecoderConfig())?.codec).toMatch(/^avc1\./);
    expect((await video?.getDecoderConfig())?.colorSpace).toEqual({
      primaries: 'bt709',
      transfer: 'bt709',
      matrix: 'bt709',
      fullRange: false,
    });
    expect([await video?.getDisplayWidth(), await video?.getDisplayHeight()]).toEqual([360, 640]);
    expect((await video?.computePacketStats())?.averagePacketRate).toBeCloseTo(12, 3);
    expect((await audio?.getDecoderConfig())?.codec).toMatch(/^mp4a\./);

    // One key frame in two seconds: a player that seeks starts there, so frames that are none must not be called so.
    if (video === null) throw new Error('there is no video track');
    let keyFrames = 0;
    for await (const packet of new EncodedPacketSink(video).packets())
      keyFrames += packet.type === 'key' ? 1 : 0;
    expect(keyFrames).toBe(8);
  });

  it('stops when it is cancelled, and the next one is rendered', async () => {
    const controller = new AbortController();
    const long: PredictionInput = { ...FILM, quality: 'high', duration_seconds: 60 };
    const cancelled = pool.render(
      { name: 'cancelled', seed: 'seed', input: long },
      ({ stage }) => {
        if (stage === 'motion') controller.abort();
      },
      controller.signal,
    );
    await expect(cancelled).rejects.toThrow('cancelled');
    const signal = new AbortController().signal;
    const picture = { kind: 'static_ad', brief: { headline: 'Next' } } as const;
    const next = await pool.render({ name: 'next', seed: 'seed', input: picture }, () => undefined, signal);
    expect(next.contentType).toBe('image/png');
  });
});
