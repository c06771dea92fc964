import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BufferSource, EncodedPacketSink, Input, MP4, type EncodedPacket } from 'mediabunny';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRenderPool } from '../../../model-service/render/workers/render-pool.ts';
import { parseScript, sceneOf, writeScript } from '../../../model-service/render/film/film-script.ts';
import type { Renderer, RenderInput } from '../../../model-service/renderer.ts';
import { ResultFiles } from '../../../model-service/files/result-files.ts';
import type { PredictionInput } from '../../../model-service/predictions/prediction-request.ts';
import { partsOf } from '../../../domain/work/stages.ts';
import type { StageName } from '../../../model-service/film-options.ts';
import { FILM_STAGES } from '../../harness/superscale.ts';

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

/** Makes the film stage by stage, as a job does; returns all results, the film last. */
async function makeFilm(input: PredictionInput): Promise<readonly RenderInput[]> {
  const results: RenderInput[] = [];
  for (const stage of FILM_STAGES) {
    const inputs = results.filter((result) => stage.needs.includes(result.stage));
    const made = partsOf(stage).map(({ part }) =>
      makePart(input, { name: stage.name as StageName, part }, inputs),
    );
    results.push(...(await Promise.all(made)));
  }
  return results;
}

async function makePart(
  input: PredictionInput,
  stage: { readonly name: StageName; readonly part: number },
  inputs: readonly RenderInput[],
): Promise<RenderInput> {
  let last = 0;
  const onProgress = ({ fraction }: { readonly fraction: number }): void => {
    expect(fraction).toBeGreaterThanOrEqual(last);
    last = fraction;
  };
  const task = {
    name: `${stage.name}_${String(stage.part)}`,
    seed: 'seed',
    input: { ...input, stage },
    inputs,
  };
  const file = await pool.render(task, onProgress, new AbortController().signal);
  expect(file.contentType).toBe(FILM_STAGES.find(({ name }) => name === stage.name)?.mediaType);
  const content = await files.read(file.sha256);
  if (content === null) throw new Error('the file is gone');
  return { stage: stage.name, part: stage.part, content };
}

/** The results of a stage, in the order of its parts. */
function resultsOf(results: readonly RenderInput[], stage: StageName): readonly Buffer[] {
  return results.filter((made) => made.stage === stage).map(({ content }) => Buffer.from(content));
}

/** The pictures of a film as they are encoded, frame by frame. */
async function packetsOf(film: Uint8Array): Promise<readonly EncodedPacket[]> {
  const input = new Input({ source: new BufferSource(film), formats: [MP4] });
  const video = await input.getPrimaryVideoTrack();
  if (video === null) throw new Error('there is no video track');
  const packets: EncodedPacket[] = [];
  for await (const packet of new EncodedPacketSink(video).packets()) packets.push(packet);
  return packets;
}

function bytesOf(packets: readonly EncodedPacket[]): readonly string[] {
  return packets.map(({ data }) => Buffer.from(data).toString('base64'));
}

describe('a rendered film', () => {
  let results: readonly RenderInput[];
  let film: Buffer;
  beforeAll(async () => {
    results = await makeFilm(FILM);
    film = Buffer.from(results.at(-1)?.content ?? []);
  });

  it('is an MP4 of the duration asked for, index first, H.264 tagged BT.709, with AAC sound', async () => {
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
  });

  it('has a key frame at the start of each scene, and then every two seconds', async () => {
    // A player that seeks starts there, so frames that are none must not be called so. Scenes begin at 0, 4, 7.4 and 10.8 s.
    const packets = await packetsOf(film);
    const keys = packets.flatMap((packet, frame) => (packet.type === 'key' ? [frame] : []));
    expect(packets).toHaveLength(15 * 12);
    expect(keys).toEqual([0, 24, 48, 72, 89, 113, 130, 154, 178]);
  });

  it('is the clips of its scenes one after the other, under its captions', async () => {
    const clips = await Promise.all(resultsOf(results, 'motion').map(packetsOf));
    expect(bytesOf(await packetsOf(film))).toEqual(bytesOf(clips.flat()));

    const [captions = ''] = resultsOf(results, 'captions').map(String);
    const cues = ['Your morning, already warm', 'One.', 'Two.', 'Your morning, already warm\nGo'];
    expect(
      captions
        .split('\n\n')
        .slice(1)
        .map((cue) => cue.split('\n').slice(2).join('\n').trim()),
    ).toEqual(cues);
    for (const cue of cues) expect(film.includes(cue)).toBe(true);
    expect(film.includes('wvtt')).toBe(true);
  });

  it('moves on the plates of its storyboard: another picture, another clip', async () => {
    const pictures = results.filter(({ stage }) => stage === 'scenes');
    const script = results.filter(({ stage }) => stage === 'script');
    const first = bytesOf(await packetsOf(resultsOf(results, 'motion')[0] ?? film));
    const again = await makePart(FILM, { name: 'motion', part: 1 }, [...script, ...pictures]);
    expect(bytesOf(await packetsOf(again.content))).toEqual(first);

    const second = pictures.find(({ part }) => part === 2);
    if (second === undefined) throw new Error('there is no second picture');
    const swapped = [...script, ...pictures.slice(1), { ...second, part: 1 }];
    const other = await makePart(FILM, { name: 'motion', part: 1 }, swapped);
    expect(bytesOf(await packetsOf(other.content))).not.toEqual(first);
  });

  it('is not made from what is missing', async () => {
    await expect(makePart(FILM, { name: 'render', part: 1 }, [])).rejects.toThrow('script is missing');
    const withoutOneScene = results.filter(({ stage, part }) => stage !== 'motion' || part !== 3);
    await expect(makePart(FILM, { name: 'render', part: 1 }, withoutOneScene)).rejects.toThrow(
      'the film has 3 of 4 clips',
    );
  });

  it('stops when it is cancelled, and the next one is rendered', async () => {
    const controller = new AbortController();
    const stage = { name: 'motion', part: 1 } as const;
    const inputs = results.filter((made) => made.stage === 'script' || made.stage === 'scenes');
    const cancelled = pool.render(
      { name: 'cancelled', seed: 'seed', input: { ...FILM, stage }, inputs },
      ({ fraction }) => {
        if (fraction > 0) controller.abort();
      },
      controller.signal,
    );
    await expect(cancelled).rejects.toThrow('cancelled');
    const picture = { kind: 'static_ad', brief: { headline: 'Next' } } as const;
    const next = await pool.render(
      { name: 'next', seed: 'seed', input: picture, inputs: [] },
      () => undefined,
      new AbortController().signal,
    );
    expect(next.contentType).toBe('image/png');
  });
});

it.each([15, 30, 60] as const)(
  'a film of %i s has four scenes that follow each other without a gap',
  (duration) => {
    const script = writeScript({ ...FILM, duration_seconds: duration }, 'seed');
    const scenes = [1, 2, 3, 4].map((part) => sceneOf(script, part));
    expect(scenes.map(({ firstFrame }) => firstFrame).slice(1)).toEqual(
      scenes.map(({ endFrame }) => endFrame).slice(0, -1),
    );
    expect([scenes[0]?.firstFrame, scenes[3]?.endFrame]).toEqual([0, duration * 12]);
    expect(scenes.every(({ shots }) => shots.length > 0)).toBe(true);
    expect(parseScript(Buffer.from(JSON.stringify(script)), { kind: 'video_ad' }, 'other')).toEqual(script);
  },
);
