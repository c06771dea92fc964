import { createHmac } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ALL_FORMATS, BufferSource, Input } from 'mediabunny';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blackPng, PICTURES, withPngManifest } from '../../activities/content/pictures.ts';
import type { Dialect, FakeFile, WireRequest } from '../../providers/contract/dialect.ts';
import { answering, startFakeService, type FakeService } from '../../providers/contract/fake-service.ts';
import { FAL_DIALECT } from '../../providers/contract/fal-dialect.ts';
import { GENERIC_DIALECT } from '../../providers/contract/generic-dialect.ts';
import { chatDialect, speechDialect } from '../../providers/contract/openai-dialect.ts';
import { REPLICATE_DIALECT } from '../../providers/contract/replicate-dialect.ts';
import { countWithSecret, readStoredTexts } from '../stored-texts.ts';
import { startRunningStack, type Json, type RunningStack } from '../running-stack.ts';

/**
 * The models of other people's services that the shipped catalogue has, each made by a fake of its service, and what such a run leaves
 * behind: nowhere in it is a key.
 */

const SECRETS = {
  OPENAI_API_KEY: 'sk-planted-openai-4711',
  REPLICATE_API_TOKEN: 'r8_planted-replicate-4711',
  FAL_KEY: 'planted-fal-id:planted-fal-4711',
  MODEL_SERVICE_API_KEY: 'planted-local-4711',
  GPU_SERVICE_API_KEY: 'planted-gpu-4711',
} as const;
const whsec = (words: string) => `whsec_${Buffer.from(words).toString('base64')}`;
const WEBHOOK_SECRETS = {
  GPU_SERVICE_WEBHOOK_SECRET: whsec('planted-gpu-webhooks-4711'),
  REPLICATE_WEBHOOK_SECRET: whsec('planted-replicate-webhooks-4711'),
  MODEL_SERVICE_WEBHOOK_SECRET: whsec('planted-local-webhooks-4711'),
} as const;
/** The shipped catalogue, and a model of one's own GPU box. */
const WITH_BOX = `export const catalogue = ({ defineCatalogue, superscale }) => defineCatalogue({
  ...superscale,
  models: [...superscale.models, {
    name: 'own/box', provider: 'gpu', minDeadlineSeconds: 3, maxDeadlineSeconds: 600, cancelRule: 'At any time.',
    makes: { static_ad: { times: { expectedSeconds: 9, startDeadlineSeconds: 18, stuckSeconds: 20, deadlineSeconds: 300 } } },
    toInput: ({ brief }) => ({ prompt: brief.headline }),
  }],
});`;
const HEADLINE = 'A kettle for the harbour 4711';
/** In the addresses of results and of reference pictures, as services and stores sign theirs. */
const SIGNATURE = 'planted-signature-4711';
/** Drawn as a square by the fake of fal, whatever size is asked for. */
const SQUARE = 'A square kettle 4711';
/** Width and height. */
const PORTRAIT = [768, 1_024] as const;
const WIDE = [1_024, 576] as const;
type Size = { readonly width: number; readonly height: number };
const PREPARED = path.join(import.meta.dirname, '../../../model-service/prepared');

const FILM = {
  scenes: ['Ships wake.', 'Water boils.', 'Steam rises.', 'Have a cup.'].map((line, index) => ({
    ...{ line, picture: `A harbour, scene ${String(index + 1)}`, motion: 'The camera glides.' },
  })),
};

let running: RunningStack;
let account: string;
let secrets: string;
let fal: FakeService;
let replicate: FakeService;
let openAi: FakeService;
let gpu: FakeService;
/** The picture of the GPU box, with a manifest of C2PA. */
let manifested: Buffer;
beforeAll(async () => {
  const png = await PICTURES['image/png']();
  const clip = await readFile(path.join(PREPARED, 'film-15.mp4'));
  const pictures = new Map<number, Buffer>();
  for (const [width, height] of [PORTRAIT, WIDE, [64, 64]] as const)
    pictures.set(width / height, await blackPng(width, height));
  const square = pictures.get(1) ?? png;
  fal = await startFakeService(
    finishing(FAL_DIALECT, ({ path: asked, json }) => {
      if (asked.includes('image-to-video')) return signed(fal.putFile(clip, 'video/mp4'));
      const { prompt, image_size: size } = json as { prompt: string; image_size: Size };
      const drawn = prompt.includes(SQUARE) ? square : pictures.get(size.width / size.height);
      return signed(fal.putFile(drawn ?? png, 'image/png'));
    }),
  );
  replicate = await startFakeService(
    finishing(REPLICATE_DIALECT, () => signed(replicate.putFile(png, 'image/png'))),
  );
  manifested = withPngManifest(png);
  gpu = await startFakeService(
    finishing(GENERIC_DIALECT, () => signed(gpu.putFile(manifested, 'image/png'))),
  );
  openAi = await startFakeService(
    bothOf(chatDialect(Buffer.from(JSON.stringify(FILM))), speechDialect(silence(14))),
  );
  secrets = await mkdtemp(path.join(os.tmpdir(), 'secrets-'));
  const { FAL_KEY, ...keys } = SECRETS;
  await writeFile(path.join(secrets, 'fal'), `${FAL_KEY}\n`);
  await writeFile(path.join(secrets, 'with-box.mjs'), WITH_BOX);
  const urls = {
    ...{ FAL_URL: fal.url, REPLICATE_URL: replicate.url, OPENAI_URL: `${openAi.url}/v1/` },
    // Where nothing listens: the webhooks that count are sent by a test.
    ...{ GPU_SERVICE_URL: gpu.url, PROVIDER_WEBHOOK_URL: 'http://127.0.0.1:9' },
  };
  running = await startRunningStack(0, {
    modelMode: 'render',
    cataloguePath: path.join(secrets, 'with-box.mjs'),
    apiEnv: { ...urls, ...WEBHOOK_SECRETS, LOG_LEVEL: 'trace' },
    workerEnv: { ...urls, ...keys, FAL_KEY_FILE: path.join(secrets, 'fal'), LOG_LEVEL: 'trace' },
  });
  account = await running.openAccount();
});
afterAll(async () => {
  expect(await running.reconcile()).toEqual([]);
  await running.close();
  await Promise.all([fal, replicate, openAi, gpu].map((fake) => fake.close()));
  await rm(secrets, { recursive: true });
});

/** A service that is done with a job as soon as it has taken it. */
function finishing(dialect: Dialect, make: (request: WireRequest) => FakeFile): Dialect {
  return {
    ...dialect,
    handle(request, jobs) {
      const before = jobs.all().length;
      const answer = dialect.handle(request, jobs);
      const job = jobs.all()[before];
      if (job !== undefined) {
        job.state = 'succeeded';
        job.files = [make(request)];
      }
      return answer;
    },
  };
}

const signed = (file: FakeFile): FakeFile => ({ ...file, url: `${file.url}?X-Amz-Signature=${SIGNATURE}` });

function bothOf(one: Dialect, other: Dialect): Dialect {
  const of = (request: WireRequest) => (one.isSubmission(request) ? one : other);
  return {
    ...one,
    isSubmission: (request) => of(request).isSubmission(request),
    handle: (request, jobs) => of(request).handle(request, jobs),
  };
}

/** MPEG-1 layer III, 128 kbit/s, mono: frames of nothing. */
function silence(seconds: number): Buffer {
  const frame = Buffer.alloc(417);
  frame.set([0xff, 0xfb, 0x90, 0xc0]);
  return Buffer.concat(Array.from({ length: Math.floor((seconds * 44_100) / 1_152) }, () => frame));
}

/** A webhook as the service of that secret signs it (Standard Webhooks); returns the API's status. */
async function postWebhook(address: string, secret: string): Promise<number> {
  const [id, timestamp, body] = ['msg_1', String(Math.floor(Date.now() / 1_000)), '{"status":"succeeded"}'];
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  const headers = {
    ...{ 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` },
    'content-type': 'application/json',
  };
  const url = `${running.stack.info().api_url}${address}`;
  return (await fetch(url, { method: 'POST', headers, body })).status;
}

const finish = async (body: object): Promise<Json> => {
  const { status, body: job } = await running.submit(account, body);
  expect([status, job.code, job.errors]).toEqual([202, undefined, undefined]);
  return running.untilEnded(account, job.id as string, 120_000);
};
const brief = { headline: HEADLINE, body: 'It sings.', brand_color: '#00aa77' };
/** What the services are told of it. */
const PROMPT = `An advertisement.\nHeadline: ${HEADLINE}\nIt says: It sings.\nMain colour: #00aa77`;
const text = { type: 'string' };
/** The body for the script of a film of 15 seconds. */
const CHAT = {
  model: 'gpt-5-mini',
  messages: [
    {
      role: 'system',
      content:
        'Write an advertising film of 15 seconds in exactly 4 scenes. line: what the voice says in it, short enough to be said ' +
        'in its time. picture: what its first frame shows, without any lettering. motion: what moves, and how the camera does.',
    },
    { role: 'user', content: PROMPT },
  ],
  response_format: {
    type: 'json_schema',
    json_schema: {
      ...{ name: 'film', strict: true },
      schema: {
        type: 'object',
        properties: {
          scenes: {
            type: 'array',
            items: {
              type: 'object',
              properties: { line: text, picture: text, motion: text },
              required: ['line', 'picture', 'motion'],
              additionalProperties: false,
            },
          },
        },
        required: ['scenes'],
        additionalProperties: false,
      },
    },
  },
};
const byPrompt = (a: unknown, b: unknown) =>
  (a as { prompt: string }).prompt.localeCompare((b as { prompt: string }).prompt);
const attemptsOf = (job: Json) =>
  running.rows<{ stage: string; provider: string; billed: string; cost: string | null; is_final: boolean }>(
    `SELECT stage, provider, billed, trim_scale(cost)::text AS cost, is_cost_final AS is_final
     FROM jobs.attempts WHERE job_id = $1 ORDER BY stage`,
    [job.id],
  );

describe('the models of other services', () => {
  it('are offered beside the sandbox, which stays the default', async () => {
    const { body } = await running.call('GET', '/v1/catalogue', { account });
    const names = (body.models as Json[]).map(({ name }: Json) => name as string);
    expect(names).toEqual([
      'local/render',
      'fal/flux-dev',
      'replicate/nano-banana',
      'studio/film',
      'own/box',
    ]);
  });

  it('make a static ad on fal, at the price of every other', async () => {
    const job = await finish({ kind: 'static_ad', model: 'fal/flux-dev', brief });
    expect(job).toMatchObject({ state: 'succeeded', billing: { committed: 35 } });
    const [submitted] = fal.requests.filter(FAL_DIALECT.isSubmission);
    expect(submitted).toMatchObject({
      path: '/fal-ai/flux/dev',
      headers: { authorization: `Key ${SECRETS.FAL_KEY}` },
    });
    expect(submitted?.json).toEqual({
      prompt: PROMPT,
      image_size: { width: 768, height: 1_024 },
      ...{ num_images: 1, output_format: 'png' },
    });
    expect(await attemptsOf(job)).toMatchObject([{ provider: 'fal', billed: 'yes', is_final: false }]);
  });

  it('make a static ad on fal that is not charged when its size is another than was asked for', async () => {
    const job = await finish({
      ...{ kind: 'static_ad', model: 'fal/flux-dev' },
      brief: { ...brief, headline: SQUARE },
    });
    expect(job).toMatchObject({
      ...{ state: 'failed', failure: { code: 'bad_content' } },
      billing: { committed: 0, returned: 35 },
    });
  });

  it('make one on Replicate, from the picture that the brief refers to', async () => {
    const shown = signed(fal.putFile(await PICTURES['image/png'](), 'image/png'));
    const job = await finish({
      kind: 'static_ad',
      model: 'replicate/nano-banana',
      brief: { ...brief, reference_asset_urls: [shown.url] },
    });
    expect(job).toMatchObject({ state: 'succeeded', billing: { committed: 35 } });
    const [submitted] = replicate.requests.filter(REPLICATE_DIALECT.isSubmission);
    expect(submitted?.path).toBe('/v1/models/google/nano-banana/predictions');
    expect(submitted?.json).toEqual({
      input: {
        prompt: PROMPT,
        image_input: [expect.stringMatching(/^data:image\/png;base64,iVBOR/)],
        output_format: 'png',
      },
      webhook: expect.stringMatching(/\/v1\/provider_webhooks\/replicate\/att_/) as string,
      webhook_events_filter: ['completed'],
    });
    expect(await attemptsOf(job)).toMatchObject([{ provider: 'replicate', billed: 'yes', cost: '0.039' }]);
  });

  it('make a video ad in stages: words, pictures, motion and a voice of others, captions and the cut of ours', async () => {
    const taken = fal.taken();
    const job = await finish({
      ...{ kind: 'video_ad', model: 'studio/film', duration_seconds: 15, quality: 'draft' },
      brief,
    });
    expect(job).toMatchObject({ state: 'succeeded', billing: { committed: 500 } });
    expect(await attemptsOf(job)).toMatchObject(
      [
        ['captions', 'local'],
        ...[1, 2, 3, 4].map((part) => [`motion_${String(part)}`, 'fal']),
        ['render', 'local'],
        ...[1, 2, 3, 4].map((part) => [`scenes_${String(part)}`, 'fal']),
        ['script', 'openai'],
        ['voice', 'openai'],
      ].map(([stage, provider]) => ({ stage, provider, billed: 'yes' })),
    );
    const submitted = fal.requests.filter(FAL_DIALECT.isSubmission).slice(taken);
    const pictures = submitted.filter(({ path: asked }) => asked === '/fal-ai/flux/dev');
    expect(pictures.map(({ json }) => json).toSorted(byPrompt)).toEqual(
      FILM.scenes.map(({ picture: prompt }) => ({
        prompt,
        image_size: { width: 1_024, height: 576 },
        ...{ num_images: 1, output_format: 'png' },
      })),
    );
    const films = submitted.filter(
      ({ path: asked }) => asked === '/fal-ai/kling-video/v2.1/standard/image-to-video',
    );
    // The one picture of its scene, and neither the others nor the script.
    expect(films.map(({ json }) => json)).toEqual(
      FILM.scenes.map(() => ({
        prompt: 'The camera glides.',
        image_url: expect.stringMatching(/^data:image\/png;base64,/) as string,
        duration: '5',
      })),
    );
    const [chat, speech] = openAi.requests;
    expect([chat?.path, chat?.json]).toEqual(['/v1/chat/completions', CHAT]);
    expect([speech?.path, speech?.json]).toEqual([
      '/v1/audio/speech',
      {
        model: 'gpt-4o-mini-tts',
        input: 'Ships wake.\nWater boils.\nSteam rises.\nHave a cup.',
        ...{ voice: 'alloy', response_format: 'mp3' },
      },
    ]);

    const answer = await fetch(`${running.stack.info().api_url}${job.outputs[0].content_url as string}`, {
      headers: {
        authorization: `Bearer ${running.stack.info().platform_key}`,
        'holdfast-account': account,
      },
    });
    const film = new Input({
      source: new BufferSource(new Uint8Array(await answer.arrayBuffer())),
      formats: ALL_FORMATS,
    });
    expect(await (await film.getPrimaryVideoTrack())?.computeDuration()).toBeCloseTo(15, 0);
    expect(await (await film.getPrimaryAudioTrack())?.getCodec()).toBe('mp3');
  });

  it('make a picture whose manifest of C2PA is on record, and in the file that the API and a link send', async () => {
    const job = await finish({ kind: 'static_ad', model: 'own/box', brief });
    expect(job).toMatchObject({ state: 'succeeded', outputs: [{ has_c2pa: true }] });
    const output = job.outputs[0];
    const shown = await running.call('GET', `/v1/outputs/${output.id as string}`, { account });
    expect(shown.body.has_c2pa).toBe(true);
    const link = await running.call('POST', `/v1/outputs/${output.id as string}/links`, { account });
    for (const address of [output.content_url, new URL(link.body.url as string)]) {
      const answer = await fetch(new URL(address as string, running.stack.info().api_url), {
        headers: {
          authorization: `Bearer ${running.stack.info().platform_key}`,
          'holdfast-account': account,
        },
      });
      expect(Buffer.from(await answer.arrayBuffer()).equals(manifested)).toBe(true);
    }
    expect((await finish({ kind: 'static_ad', model: 'fal/flux-dev', brief })).outputs[0].has_c2pa).toBe(
      false,
    );
  });

  it('serve no test account, by whatever key: its jobs are made by the sandbox, one or several at once', async () => {
    const taken = () => [fal, replicate, openAi].map((fake) => fake.requests.length);
    const before = taken();
    const opened = await running.call('POST', '/v1/accounts', {
      body: { name: 'Tests', reference: 'of-tests', mode: 'test' },
    });
    const { id } = opened.body as { id: string };
    const made = await running.call('POST', '/v1/keys', {
      body: { name: 'k', scopes: ['jobs:write', 'jobs:read'], account_id: id },
    });
    const { secret } = made.body as { secret: string };
    expect(secret).toMatch(/^hf_test_/);
    for (const key of [secret, running.stack.info().platform_key]) {
      const submit = (idempotencyKey: string, body: object) =>
        running.call('POST', '/v1/jobs', {
          ...{ account: id, body },
          headers: {
            authorization: `Bearer ${key}`,
            'idempotency-key': `${idempotencyKey} ${key.slice(0, 8)}`,
          },
        });
      for (const model of ['fal/flux-dev', 'replicate/nano-banana']) {
        const refused = await submit(model, { kind: 'static_ad', model, brief });
        expect(refused).toMatchObject({ status: 400, body: { errors: [{ code: 'sandbox_only' }] } });
      }
      for (const variations of [1, 2]) {
        const { body: job } = await submit(String(variations), { kind: 'static_ad', brief, variations });
        expect(await running.untilEnded(id, job.id as string)).toMatchObject({
          state: 'succeeded',
          billing: { committed: 35 * variations },
        });
        expect(await attemptsOf(job)).toMatchObject(
          Array.from({ length: variations }, () => ({ provider: 'local' })),
        );
      }
    }
    expect(taken()).toEqual(before);
  });

  it('cost what they cost, beside what they brought in', async () => {
    const { body } = await running.call('GET', '/v1/costs');
    const rows = (body.data as Json[]).map(({ model, kind, credits_charged: credits }: Json) => [
      model,
      kind,
      credits,
    ]);
    expect(rows).toEqual([
      ['fal/flux-dev', 'static_ad', 70],
      ['own/box', 'static_ad', 35],
      ['replicate/nano-banana', 'static_ad', 35],
      ['studio/film', 'video_ad', 500],
    ]);
  });
});

describe('what a run leaves behind', () => {
  it('has no key of a service in it, and no secret of webhooks: logs, database, histories, results, and what is shown', async () => {
    expect(await finish({ kind: 'static_ad', model: 'own/box', brief })).toMatchObject({
      state: 'succeeded',
    });
    const [toBox] = gpu.requests.filter(GENERIC_DIALECT.isSubmission);
    const [toReplicate] = replicate.requests.filter(REPLICATE_DIALECT.isSubmission);
    for (const [submitted, name] of [
      [toBox, 'GPU_SERVICE_WEBHOOK_SECRET'],
      [toReplicate, 'REPLICATE_WEBHOOK_SECRET'],
    ] as const) {
      const address = new URL((submitted?.json as { webhook: string }).webhook).pathname;
      expect(await postWebhook(address, WEBHOOK_SECRETS.MODEL_SERVICE_WEBHOOK_SECRET), name).toBe(404);
      expect(await postWebhook(address, WEBHOOK_SECRETS[name]), name).toBe(204);
    }
    expect(toBox?.headers['authorization']).toContain(SECRETS.GPU_SERVICE_API_KEY);
    // A service that repeats the key in its refusal, as OpenAI does.
    const echo = {
      error: { code: 'invalid_api_key', message: `Incorrect API key: ${SECRETS.REPLICATE_API_TOKEN}` },
    };
    replicate.setFaults({ submission: answering({ status: 401, body: echo }) });
    const refused = await finish({ kind: 'static_ad', model: 'replicate/nano-banana', brief });
    expect(refused).toMatchObject({
      state: 'failed',
      failure: { code: 'internal' },
      billing: { returned: 35 },
    });
    replicate.setFaults({ submission: answering({ status: 500, body: echo }) });
    const doubtful = await running.submit(account, {
      kind: 'static_ad',
      model: 'replicate/nano-banana',
      brief,
      deadline_seconds: 30,
    });
    await running.untilEnded(account, doubtful.body.id as string, 60_000);

    const shown = await Promise.all(
      [refused.id, doubtful.body.id].flatMap((id: string) =>
        ['', '/inspect', '/events'].map(async (what) =>
          JSON.stringify((await running.call('GET', `/v1/jobs/${id}${what}`, { account })).body),
        ),
      ),
    );
    const left = [...shown, ...(await readStoredTexts(running))];
    // What is looked through is what is meant to be: it holds what it should.
    expect(left.join('').includes(HEADLINE)).toBe(true);
    expect(left.some((text) => text.includes('"runAttempt"'))).toBe(true);
    for (const [name, secret] of Object.entries({ ...SECRETS, ...WEBHOOK_SECRETS }))
      expect(countWithSecret(left, secret), name).toBe(0);
  });
});

describe('what a run writes into its logs', () => {
  it('names jobs and accounts, and holds no prompt, no signed address and no stack, though all of it is logged', async () => {
    const folder = path.join(running.home, 'logs');
    const names = await readdir(folder);
    const logs = await Promise.all(names.map((name) => readFile(path.join(folder, name), 'utf8')));
    const logOf = (name: string) => logs[names.indexOf(name)];
    expect(logOf('api.log')).toContain(account);
    expect(logOf('worker.log')).toMatch(/job_[\w-]+/);
    const prompts = [HEADLINE, 'It sings.', 'A harbour, scene', 'The camera glides.', 'Ships wake.'];
    for (const word of [...prompts, SIGNATURE, 'X-Amz-Signature'])
      expect(
        logs.flatMap((log) => log.split('\n').filter((line) => line.includes(word))),
        word,
      ).toEqual([]);
    // A stack as text, or within JSON.
    expect(logs.flatMap((log) => log.match(/(?:\\n|\n) +at [^\n]{1,80}:\d+:\d+/g) ?? [])).toEqual([]);
  });
});
