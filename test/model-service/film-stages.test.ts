import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGenericProvider } from '../../activities/providers/generic/generic-provider.ts';
import { partsOf } from '../../domain/work/stages.ts';
import { startService, type RunningService } from './running-service.ts';
import { serviceClient } from './service-client.ts';
import { FILM_STAGES } from '../harness/superscale.ts';

const SIGNAL = new AbortController().signal;
const FILM = { kind: 'video_ad', duration_seconds: 15 } as const;

let service: RunningService;
let client: ReturnType<typeof serviceClient>;

beforeAll(async () => {
  service = await startService();
  client = serviceClient(service.url);
});

afterAll(() => service.dispose());

const sha256Of = (content: Buffer) => createHash('sha256').update(content).digest('hex');
const put = (sha256: string, body: Buffer) =>
  fetch(`${service.url}/v1/files/${sha256}`, { method: 'PUT', body: new Uint8Array(body) });
const missing = async (...sha256: readonly string[]) =>
  (await client.post('/v1/files/missing', { sha256 })).body['missing'];

describe('a stage of a film', () => {
  it.each(FILM_STAGES)(
    '$name makes what the table says, at a price of its own',
    async ({ name, mediaType }) => {
      const input = { ...FILM, stage: { name, part: 1 } };
      const { body } = await client.submit(`att_made_0_${name}_1`, input);
      const done = await client.waitFor(body.id, 'succeeded');
      expect(done.output?.[0]?.content_type).toBe(mediaType);
      expect(Number(done.metrics.cost)).toBeGreaterThan(0);
    },
  );

  it('costs as much as a film did in one call, over all parts', async () => {
    let sum = 0;
    for (const { stage, part } of FILM_STAGES.flatMap(partsOf)) {
      const input = { ...FILM, stage: { name: stage.name, part } };
      const { body } = await client.submit(`att_sum_0_${stage.name}_${String(part)}_1`, input);
      sum += Number((await client.waitFor(body.id, 'succeeded')).metrics.cost);
    }
    expect(sum).toBeCloseTo(0.12, 6);
  });

  it.each([
    ['fails_before_start', 'script', 503],
    ['moderated_input', 'script', 422],
    ['unavailable_once', 'script', 503],
  ])('plays %s at the first stage and nowhere else', async (scenario, first, status) => {
    for (const { name } of FILM_STAGES) {
      const input = { ...FILM, test_scenario: scenario, stage: { name, part: 1 } };
      const answer = await client.submit(`att_${scenario.replaceAll('_', '')}_0_${name}_1`, input);
      expect([name, answer.status]).toEqual([name, name === first ? status : 201]);
    }
  });

  it.each([
    ['fails_after_start', 'failed'],
    ['never_finishes', 'processing'],
  ])('plays %s at the last stage and nowhere else', async (scenario, status) => {
    for (const { name } of FILM_STAGES) {
      const input = { ...FILM, test_scenario: scenario, stage: { name, part: 1 } };
      const { body } = await client.submit(`att_${scenario.replaceAll('_', '')}_0_${name}_1`, input);
      await client.waitFor(body.id, name === 'render' ? status : 'succeeded');
    }
  });
});

describe('a file that is handed over', () => {
  const file = Buffer.from('a scene of an earlier stage');
  const sha256 = sha256Of(file);
  const input = {
    ...FILM,
    stage: { name: 'motion', part: 1 },
    inputs: [{ stage: 'scenes', part: 1, sha256 }],
  };

  it('must be what its name says, and be there before it is named', async () => {
    expect(await missing(sha256)).toEqual([sha256]);
    const refused = await client.submit('att_file_0_motion_1', input);
    expect([refused.status, refused.body.error?.code]).toEqual([409, 'input_missing']);
    expect((await client.counts('att_file_0_motion_1')).body).toMatchObject({ accepted: 0, refused: 1 });

    expect((await put(sha256, Buffer.from('something else'))).status).toBe(422);
    expect(await missing(sha256)).toEqual([sha256]);
    expect((await put(sha256, file)).status).toBe(204);
    expect((await put(sha256, file)).status).toBe(204);
    expect(await missing(sha256)).toEqual([]);
    expect((await client.submit('att_file_0_motion_2', input)).status).toBe(201);
  });

  it('is taken each time when it is sent several times at once', async () => {
    const content = Buffer.from('the same picture for two variations');
    const answers = await Promise.all([1, 2, 3].map(() => put(sha256Of(content), content)));
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204]);
    expect(await missing(sha256Of(content))).toEqual([]);
  });

  it('need not be, when this service made it', async () => {
    const { body } = await client.submit('att_own_0_scenes_1_1', {
      ...FILM,
      stage: { name: 'scenes', part: 1 },
    });
    const [made] = (await client.waitFor(body.id, 'succeeded')).output ?? [];
    expect(await missing(made?.sha256 ?? '', sha256Of(Buffer.from('unknown')))).toEqual([
      sha256Of(Buffer.from('unknown')),
    ]);
  });

  it('is still there after a restart, and is sent again only when it is not', async () => {
    const first = await startService();
    const { home } = first;
    await first.stop();
    let opened = 0;
    const handed = {
      stage: 'scenes',
      part: 1,
      contentType: 'image/png',
      bytes: file.length,
      sha256,
      open: () => {
        opened += 1;
        return Promise.resolve(Readable.from([file]));
      },
    };
    for (const [sent, isForgotten] of [
      [1, false],
      [1, false],
      [2, true],
    ] as const) {
      if (isForgotten) rmSync(join(home, 'held'), { recursive: true });
      const again = await startService({ home });
      await createGenericProvider({ name: 'local', baseUrl: again.url }).uploadInputs([handed], SIGNAL);
      await again.stop();
      expect(opened).toBe(sent);
    }
    rmSync(home, { recursive: true, force: true });
  });
});

describe('a fault that a test plants', () => {
  it('is run by the submission with its reference, once, and by no other', async () => {
    const plant = (fault: string) =>
      client.post('/v1/faults', { reference: 'att_fault_0_captions_1', fault });
    expect((await plant('explode')).status).toBe(422);
    expect((await plant('fail_interrupted')).status).toBe(201);
    const input = { ...FILM, stage: { name: 'captions', part: 1 } };
    const other = await client.submit('att_fault_0_captions_2', input);
    await client.waitFor(other.body.id, 'succeeded');
    const meant = await client.submit('att_fault_0_captions_1', input);
    expect((await client.waitFor(meant.body.id, 'failed')).error?.code).toBe('interrupted');
    const again = await client.submit('att_fault_0_captions_1', input);
    await client.waitFor(again.body.id, 'succeeded');
  });
});
