import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { ALL_FORMATS, BufferSource, Input } from 'mediabunny';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRunningStack, type Json, type RunningStack } from '../running-stack.ts';

/** Another product than the shipped one, declared by one file and run by the same processes. */

const CHECKOUT = path.join(import.meta.dirname, '..', '..', '..');
const CATALOGUE = path.join(CHECKOUT, 'examples', 'catalogues', 'voice-studio', 'voice-studio.mjs');
const SCRIPT = 'Welcome to the harbour. The last ferry leaves at nine. Please stand behind the yellow line.';

let running: RunningStack;
let account: string;
beforeAll(async () => {
  running = await startRunningStack(0, { modelMode: 'render', cataloguePath: CATALOGUE });
  account = await running.openAccount();
});
afterAll(async () => {
  expect(await running.reconcile()).toEqual([]);
  await running.close();
});

const get = async (url: string): Promise<Json> => (await running.call('GET', url, { account })).body;
const quote = async (body: object): Promise<Json> =>
  (await running.call('POST', '/v1/quotes', { account, body })).body;
const finish = async (body: object): Promise<Json> => {
  const { status, body: job } = await running.submit(account, body);
  expect([status, job.code]).toEqual([202, undefined]);
  return running.untilEnded(account, job.id as string);
};
const support = (job: Json, command: string, body: object) =>
  running.call('POST', `/v1/jobs/${job.id as string}/${command}`, {
    account,
    body,
    headers: { 'idempotency-key': randomUUID() },
  });

/** Seconds of sound in a delivered output. Throws for bytes that are none. */
async function secondsOf(output: Json): Promise<number> {
  const answer = await fetch(`${running.stack.info().api_url}${output.content_url as string}`, {
    headers: { authorization: `Bearer ${running.stack.info().platform_key}`, 'holdfast-account': account },
  });
  const content = new Uint8Array(await answer.arrayBuffer());
  const input = new Input({ source: new BufferSource(content), formats: ALL_FORMATS });
  expect(await (await input.getPrimaryAudioTrack())?.getCodec()).toBe('aac');
  return input.computeDuration();
}

describe('a voice studio', () => {
  it('shows what it offers, with a JSON Schema of each kind', async () => {
    const shown = await get('/v1/catalogue');
    expect((shown.kinds as Json[]).map(({ name }: Json) => name as string)).toEqual([
      'voice_over',
      'podcast_clip',
    ]);
    expect(shown.kinds[0].schema).toMatchObject({
      type: 'object',
      properties: {
        kind: { const: 'voice_over' },
        script: { type: 'string', maxLength: 20_000 },
        language: { enum: ['en', 'de', 'fr', 'ja'], default: 'en' },
      },
      required: ['kind', 'script'],
      additionalProperties: false,
    });
    expect(shown.prices).toEqual([
      { kind: 'voice_over', rule: expect.objectContaining({ rule: 'sum' }) as unknown },
      { kind: 'podcast_clip', rule: expect.objectContaining({ rule: 'sum' }) as unknown },
      { kind: 'preview', credits: 1 },
    ]);
  });

  it('quotes by the thousand characters, and shows what a price comes from', async () => {
    const long = `${'Speak on. '.repeat(100)}!`;
    expect(await quote({ kind: 'voice_over', script: long, language: 'de' })).toMatchObject({
      total: 50,
      lines: [
        {
          unit_credits: 50,
          parts: [
            { rule: 'per_unit', unit: 'thousand characters', units: 2, unit_credits: 20, credits: 40 },
            { rule: 'table', credits: 10 },
          ],
        },
      ],
    });
    expect((await quote({ kind: 'podcast_clip', topic: 'Tides', seconds: 30 })).total).toBe(110);
  });

  it('makes a voice-over, and dubs it as an edit: the same text at the pace of its language', async () => {
    const job = await finish({ kind: 'voice_over', script: SCRIPT, voice: 'bass' });
    expect(job).toMatchObject({ state: 'succeeded', billing: { committed: 30, returned: 0 } });
    expect(job.outputs[0]).toMatchObject({ content_type: 'audio/mp4' });
    const seconds = await secondsOf(job.outputs[0]);
    expect(seconds).toBeGreaterThan(4);

    const dubbing = { kind: 'edit', source_output_id: job.outputs[0].id, language: 'ja' };
    expect((await quote(dubbing)).total).toBe(45);
    const dubbed = await finish(dubbing);
    expect(dubbed).toMatchObject({ kind: 'edit', state: 'succeeded', billing: { committed: 45 } });
    // Nothing but the language changes how long the sandbox speaks a text: Japanese takes four fifths per syllable.
    expect(await secondsOf(dubbed.outputs[0])).toBeLessThan(seconds - 0.5);
  });

  it('makes a podcast clip in three stages', async () => {
    const job = await finish({ kind: 'podcast_clip', topic: 'Why tides come twice a day.', seconds: 10 });
    expect(job).toMatchObject({ state: 'succeeded', billing: { committed: 70 } });
    const { outputs } = await get(`/v1/jobs/${job.id as string}/inspect`);
    expect(
      (outputs[0].attempts as Json[]).map(({ stage, state }: Json) => [stage as string, state as string]),
    ).toEqual([
      ['script', 'collected'],
      ['voice', 'collected'],
      ['mix', 'collected'],
    ]);
    // As long as was ordered, however short its text is.
    expect(Math.abs((await secondsOf(job.outputs[0])) - 10)).toBeLessThan(0.5);
  });

  it('keeps a clip for the 90 days of its kind, and says until when', async () => {
    const job = await finish({ kind: 'podcast_clip', topic: 'Tides.', seconds: 10 });
    const keptMs = Date.parse(job.outputs[0].expires_at as string) - Date.parse(job.finished_at as string);
    expect(keptMs).toBe(90 * 24 * 3_600_000);
    expect((await get('/v1/catalogue')).kinds).toMatchObject([
      { retention_days: null },
      { retention_days: 90 },
    ]);
  });

  it('returns the credits of a job whose stage fails, and says why', async () => {
    const before = (await get('/v1/balance')).available as number;
    const job = await finish({
      kind: 'podcast_clip',
      topic: 'Tides.',
      seconds: 10,
      test_scenario: 'fails_after_start',
    });
    expect(job).toMatchObject({
      state: 'failed',
      billing: { quoted: 70, reserved: 0, committed: 0, returned: 70 },
      outputs: [
        { state: 'failed', failure: { code: 'provider_failed' }, content_url: null, expires_at: null },
      ],
    });
    expect((await get('/v1/balance')).available).toBe(before);
  });

  it('returns what fails in a batch, and charges the rest', async () => {
    const items = [
      { kind: 'voice_over', script: SCRIPT },
      { kind: 'voice_over', script: SCRIPT, test_scenario: 'fails_after_start' },
    ];
    const job = await finish({ kind: 'batch', items });
    expect(job).toMatchObject({
      state: 'partially_succeeded',
      billing: { quoted: 60, committed: 30, returned: 30 },
    });
  });

  it('refunds on the word of support, whose page shows the whole of it', async () => {
    const job = await finish({ kind: 'voice_over', script: SCRIPT, voice: 'bass' });
    const { status } = await support(job, 'refund', { reason: 'The wrong name was said.' });
    expect(status).toBe(202);
    const inspected = await get(`/v1/jobs/${job.id as string}/inspect`);
    expect(inspected.outputs[0].asked).toEqual({ voice: 'bass' });
    expect(inspected).toMatchObject({
      model: 'studio/sandbox',
      provider: 'local',
      job: { billing: { refunded: 30 } },
      outputs: [
        {
          // The fields that the kind shows to support, without the script, which is the customer's own.
          asked: { voice: 'bass' },
          reservation: { state: 'committed', refunded: 30 },
          attempts: [{ stage: 'render' }],
        },
      ],
      actions: [{ action: 'refund_job', reason: 'The wrong name was said.' }],
    });
  });

  it('charges what was quoted, whatever becomes of the price list meanwhile', async () => {
    const put = (name: string | null) =>
      running.call('PUT', `/v1/accounts/${account}/price_list`, {
        body: { price_list: name, reason: 'test' },
      });
    const body = { kind: 'voice_over', script: SCRIPT };
    const cited = await quote(body);
    await put('agency');
    expect(await quote(body)).toMatchObject({ price_list: 2, total: 15 });
    expect(await finish({ ...body, quote_id: cited.id })).toMatchObject({
      billing: { price_list: 1, quoted: 30, committed: 30, returned: 0 },
    });
    // A batch's outputs have the prices of the quote's lines.
    const batch = { kind: 'batch', items: [body, { ...body, test_scenario: 'fails_before_start' }] };
    const cheap = await quote(batch);
    await put(null);
    expect(await finish({ ...batch, quote_id: cheap.id })).toMatchObject({
      billing: { price_list: 2, quoted: 30, committed: 15, returned: 15 },
    });
    const other = await running.submit(account, { ...body, script: `${SCRIPT}!`, quote_id: cited.id });
    expect(other).toMatchObject({ status: 409, body: { code: 'price_changed', billed: 'no' } });
    await put('agency');

    // Each job is of one list or the other, and whole.
    const jobs = await Promise.all(
      Array.from({ length: 6 }, async (_, number) => {
        if (number % 2 === 1) await put(number % 4 === 1 ? null : 'agency');
        return running.submit(account, { ...body, test_scenario: 'fails_before_start' });
      }),
    );
    for (const { body: job } of jobs) {
      const { billing } = await running.untilEnded(account, job.id as string);
      expect([
        [1, 30],
        [2, 15],
      ]).toContainEqual([billing.price_list, billing.quoted]);
      expect(billing).toMatchObject({ reserved: 0, committed: 0, returned: billing.quoted });
    }
    await put(null);
    expect(await running.reconcile()).toEqual([]);
  });

  it('gives an account prices of its own, which quotes, charges and refusals name', async () => {
    const put = (body: object, id = account) =>
      running.call('PUT', `/v1/accounts/${id}/price_list`, { body: { reason: 'contract 7', ...body } });
    const body = { kind: 'voice_over', script: SCRIPT };
    expect((await quote(body)).total).toBe(30);
    expect((await put({ price_list: 'agency' })).body).toEqual({
      price_list: 'agency',
      applies: { name: 'agency', version: 2 },
    });
    expect(await quote(body)).toMatchObject({ price_list: 2, total: 15 });
    expect(await get('/v1/catalogue')).toMatchObject({ price_list: 2, price_list_name: 'agency' });
    expect(await get('/v1/estimate?credits=90')).toMatchObject({ voice_overs: 6, podcast_clips: 1 });
    expect(await finish(body)).toMatchObject({ billing: { price_list: 2, committed: 15 } });
    const poor = await running.openAccount();
    await put({ price_list: 'agency' }, poor);
    const items = Array.from({ length: 100 }, () => body);
    const refused = await running.submit(poor, { kind: 'batch', items });
    expect(refused).toMatchObject({ status: 402, body: { required: 1_500 } });

    expect((await put({ price_list: 'vip' })).body).toMatchObject({
      code: 'invalid_request',
      errors: [{ pointer: '/price_list', code: 'not_one_of' }],
    });
    expect((await put({ price_list: null })).body.applies).toEqual({ name: 'standard', version: 1 });
    expect((await quote(body)).total).toBe(30);
    expect(
      await running.rows(
        `SELECT detail->>'price_list' AS given FROM ledger.operator_actions
         WHERE account_id = $1 AND action = 'set_price_list' ORDER BY created_at`,
        [account],
      ),
    ).toEqual(expect.arrayContaining([{ given: 'agency' }, { given: null }]));
  });

  it('refuses by the rules of its kinds', async () => {
    const errorsOf = async (body: object) =>
      ((await quote(body)).errors as Json[]).map(
        ({ pointer, code }: Json) => `${String(pointer)} ${String(code)}`,
      );
    expect(await errorsOf({ kind: 'static_ad', brief: { headline: 'x' } })).toEqual(['/kind not_one_of']);
    expect(await errorsOf({ kind: 'podcast_clip', topic: 'x', seconds: 5 })).toEqual(['/seconds too_small']);
    expect(await errorsOf({ kind: 'podcast_clip', topic: 'x', seconds: 10, variations: 2 })).toEqual([
      '/variations not_allowed',
    ]);
    expect(await errorsOf({ kind: 'voice_over', script: 'x', model: 'local/render' })).toEqual([
      '/model unknown_model',
    ]);
  });
});
