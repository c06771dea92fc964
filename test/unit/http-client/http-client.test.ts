import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  HoldfastClient,
  HoldfastError,
  JobFailedError,
  type Job,
  type Output,
} from '../../../client/http/http-client.ts';
import {
  bytes,
  half,
  json,
  noContent,
  problem,
  reset,
  scriptedApi,
  silent,
  stream,
  type Step,
} from './scripted-api.ts';

const AD = { kind: 'static_ad', brief: { headline: 'A kettle' } } as const;
const JOB = { id: 'job_a', state: 'queued', outputs: [] } as unknown as Job;
const PICTURE = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]);
const SHA256 = createHash('sha256').update(PICTURE).digest('hex');
const OUTPUT = {
  ...{ id: 'out_a_0', item: 0, variation: 0, state: 'succeeded', content_type: 'image/png' },
  ...{ content_url: '/v1/outputs/out_a_0/content', sha256: SHA256 },
} as unknown as Output;

let close: (() => Promise<void>) | undefined;
afterEach(async () => {
  await close?.();
  close = undefined;
});

/** A client of an API that does these things in turn. Its waits are short. */
async function clientOf(...steps: readonly [Step, ...Step[]]) {
  const api = await scriptedApi(...steps);
  close = api.close;
  const retry = { retries: 4, firstMs: 5, longestMs: 10 };
  return { api, holdfast: new HoldfastClient({ apiKey: 'hf_live_x', baseUrl: `${api.url}/`, retry }) };
}

const failureOf = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('a call', () => {
  it.each<[string, readonly [Step, ...Step[]], number]>([
    ['reset before its response', [reset, json(JOB, 202)], 2],
    ['reset twice', [reset, reset, json(JOB, 202)], 3],
    ['answered by half a body', [half(JOB), json(JOB, 202)], 2],
    [
      'answered 503',
      [problem('unavailable', { billed: 'unknown' }, { 'Retry-After': '0' }), json(JOB, 202)],
      2,
    ],
    ['answered 429', [problem('rate_limited', {}, { 'Retry-After': '0' }), json(JOB, 202)], 2],
    ['answered 500', [problem('internal', { billed: 'unknown' }), json(JOB, 202)], 2],
    [
      'answered by a proxy with 502',
      [(response) => response.writeHead(502).end('<html>'), json(JOB, 202)],
      2,
    ],
  ])('%s is sent again under the same key and with the same body', async (_, steps, requests) => {
    const { api, holdfast } = await clientOf(...steps);
    expect(await holdfast.jobs.create(AD)).toEqual(JOB);
    expect(api.arrived).toHaveLength(requests);
    const [first] = api.arrived;
    expect(first?.headers['idempotency-key']).toMatch(/^[0-9a-f-]{36}$/);
    expect(first?.headers.authorization).toBe('Bearer hf_live_x');
    for (const one of api.arrived) {
      expect([one.headers['idempotency-key'], one.body]).toEqual([
        first?.headers['idempotency-key'],
        JSON.stringify(AD),
      ]);
    }
  });

  it('that times out is sent again, and in the end fails with billed unknown', async () => {
    const { holdfast } = await clientOf(silent);
    // What left, not what arrived: on a busy machine a request may be given up before it is there.
    const sent = vi.spyOn(globalThis, 'fetch');
    onTestFinished(() => sent.mockRestore());
    const failure = await failureOf(holdfast.jobs.create(AD, { idempotencyKey: 'mine', timeoutMs: 30 }));
    expect(failure).toBeInstanceOf(HoldfastError);
    expect(failure).toMatchObject({
      ...{ code: 'timed_out', status: null, retryable: true, billed: 'unknown', idempotencyKey: 'mine' },
    });
    const keys = sent.mock.calls.map(([request]) => (request as Request).headers.get('idempotency-key'));
    expect(keys).toEqual(Array(5).fill('mine'));
  });

  it('waits as long as Retry-After says, in seconds or as a date', async () => {
    const soon = new Date(Date.now() + 1_500).toUTCString();
    const { api, holdfast } = await clientOf(
      problem('unavailable', {}, { 'Retry-After': '1' }),
      json({}),
      problem('unavailable', {}, { 'Retry-After': soon }),
      json({}),
    );
    const startedAt = performance.now();
    await holdfast.balance();
    expect(performance.now() - startedAt).toBeGreaterThan(990);
    await holdfast.balance();
    expect(api.arrived).toHaveLength(4);
  });

  it('is not sent again where Retry-After is longer than a minute', async () => {
    const { api, holdfast } = await clientOf(problem('rate_limited', {}, { 'Retry-After': '3600' }));
    expect(await failureOf(holdfast.balance())).toMatchObject({ code: 'rate_limited', status: 429 });
    expect(api.arrived).toHaveLength(1);
  });

  it('ends with the signal’s reason, while it is sent and while it waits', async () => {
    const { holdfast } = await clientOf(silent, problem('unavailable', {}, { 'Retry-After': '30' }));
    for (let times = 0; times < 2; times += 1) {
      const signal = AbortSignal.timeout(30);
      expect(await failureOf(holdfast.jobs.create(AD, { signal }))).toBe(signal.reason);
    }
  });

  it('follows no redirect, so that key and body go nowhere else', async () => {
    const { api, holdfast } = await clientOf((response) =>
      response.writeHead(307, { Location: 'http://127.0.0.1:9/v1/jobs' }).end(),
    );
    expect(await failureOf(holdfast.jobs.create(AD))).toMatchObject({
      code: 'unexpected_response',
      status: 307,
    });
    expect(api.arrived).toHaveLength(1);
  });
});

describe('a refusal', () => {
  it('is an error with all fields of the problem, and is not sent again', async () => {
    const { api, holdfast } = await clientOf(
      problem('insufficient_credits', { required: 35, available: 3, reserved: 0 }),
    );
    const failure = await failureOf(holdfast.jobs.create(AD));
    expect(failure).toBeInstanceOf(HoldfastError);
    expect(failure).toMatchObject({
      ...{ code: 'insufficient_credits', status: 402, requestId: 'req_7', retryable: false, billed: 'no' },
      problem: { required: 35, available: 3 },
    });
    expect(api.arrived).toHaveLength(1);
  });

  it('of a body has the errors of its fields', async () => {
    const errors = [{ pointer: '/brief/headline', code: 'required', detail: 'This field is required.' }];
    const { holdfast } = await clientOf(problem('invalid_request', { errors }));
    expect(await failureOf(holdfast.quotes.create({ kind: 'static_ad' }))).toMatchObject({ errors });
  });

  it('that is not retryable is not sent again, although its code can be', async () => {
    const { api, holdfast } = await clientOf(problem('rate_limited', { retryable: false }));
    expect(await failureOf(holdfast.jobs.create(AD))).toMatchObject({
      code: 'rate_limited',
      retryable: false,
    });
    expect(api.arrived).toHaveLength(1);
  });
});

describe('a response', () => {
  it('says where it is a replay of an earlier call', async () => {
    const { holdfast } = await clientOf(json(JOB, 200, { 'Idempotent-Replayed': 'true' }));
    const told: unknown[] = [];
    await holdfast.jobs.create(AD, { onResponse: (response) => told.push(response) });
    expect(told).toEqual([{ status: 200, requestId: 'req_1', isReplay: true }]);
  });
});

describe('a list', () => {
  it('requests each page when its first item is read, and no page beyond', async () => {
    const { api, holdfast } = await clientOf(
      json({ data: [{ id: 'a' }, { id: 'b' }], next_cursor: 'two words' }),
      json({ data: [{ id: 'c' }], next_cursor: 'last' }),
      json({ data: [{ id: 'd' }], next_cursor: null }),
    );
    const ids: string[] = [];
    for await (const job of holdfast.jobs.list({ state: 'running', limit: 2 })) ids.push(job.id);
    expect(ids).toEqual(['a', 'b', 'c', 'd']);
    expect(api.arrived.map((one) => one.path)).toEqual([
      '/v1/jobs?state=running&limit=2',
      '/v1/jobs?state=running&limit=2&cursor=two+words',
      '/v1/jobs?state=running&limit=2&cursor=last',
    ]);
  });

  it('that is left early requests no further page', async () => {
    const { api, holdfast } = await clientOf(json({ data: [{ id: 'a' }, { id: 'b' }], next_cursor: 'more' }));
    expect(await holdfast.entries().toArray({ atMost: 2 })).toHaveLength(2);
    expect(api.arrived).toHaveLength(1);
  });
});

const frame = (seq: number, type: string) =>
  `id: ${String(seq)}\nevent: ${type}\ndata: ${JSON.stringify({ id: `evt_${String(seq)}`, seq, type })}\n\n`;

describe('events', () => {
  async function eventsOf(...steps: readonly [Step, ...Step[]]) {
    const { api, holdfast } = await clientOf(...steps);
    const seen: number[] = [];
    const failure = await failureOf(
      (async () => {
        for await (const event of holdfast.jobs.events('job_a')) seen.push(event.seq);
      })(),
    );
    return { seen, failure, asked: api.arrived.map((one) => one.headers['last-event-id']) };
  }

  it('come once each and in order, although the stream is cut after a frame, within one, and repeats the last one', async () => {
    const { seen, failure, asked } = await eventsOf(
      stream(`retry: 1000\n\n${frame(1, 'job.queued')}`, 'is cut'),
      stream(`: still here\n\n${frame(2, 'job.running')}id: 3\nevent: job.prog`, 'is cut'),
      reset,
      stream(`${frame(2, 'job.running')}${frame(3, 'job.progress')}`, 'ends'),
      stream(frame(4, 'job.succeeded'), 'ends'),
    );
    expect(failure).toBeUndefined();
    expect(seen).toEqual([1, 2, 3, 4]);
    expect(asked).toEqual([undefined, '1', '2', '2', '3']);
  });

  it('come to the last one, although the stream is cut after the one that ends the job', async () => {
    const { seen, asked } = await eventsOf(
      stream(frame(1, 'job.partially_succeeded'), 'is cut'),
      stream(frame(2, 'credits.returned'), 'is cut'),
      noContent,
    );
    expect(seen).toEqual([1, 2]);
    expect(asked).toEqual([undefined, '1', '2']);
  });

  it('of an account from now on that are cut before the first come after where the stream began', async () => {
    const { api, holdfast } = await clientOf(
      stream('retry: 1000\nid: 6\n\n: still here\n\n', 'is cut'),
      stream(`retry: 1000\nid: 6\n\n${frame(7, 'credits.low')}`, 'ends'),
    );
    const next = await holdfast.events().next();
    expect(next.value).toMatchObject({ type: 'credits.low' });
    expect(api.arrived.map((one) => one.headers['last-event-id'])).toEqual(['9007199254740991', '6']);
  });

  it('fail after as many cuts in a row as a call has retries', async () => {
    const { seen, failure, asked } = await eventsOf(
      stream(frame(1, 'job.queued'), 'is cut'),
      stream('', 'is cut'),
    );
    expect(seen).toEqual([1]);
    expect(failure).toMatchObject({ code: 'connection_failed', billed: 'no' });
    expect(asked).toHaveLength(5);
  });

  it('end with the signal’s reason while nothing comes', async () => {
    const { holdfast } = await clientOf((response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write(frame(1, 'job.queued'));
    });
    const enough = new AbortController();
    const seen: number[] = [];
    const reading = (async () => {
      for await (const event of holdfast.jobs.events('job_a', { signal: enough.signal })) {
        seen.push(event.seq);
        setImmediate(() => enough.abort());
      }
    })();
    expect(await failureOf(reading)).toBe(enough.signal.reason);
    expect(seen).toEqual([1]);
  });

  it('that are left early free their connection', async () => {
    let isClosed: () => void = () => undefined;
    const closed = new Promise<void>((resolve) => (isClosed = resolve));
    const { holdfast } = await clientOf((response) => {
      response.on('close', isClosed);
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write(frame(1, 'job.queued'));
    });
    for await (const event of holdfast.jobs.events('job_a')) {
      expect(event.type).toBe('job.queued');
      break;
    }
    await closed;
  });
});

describe('jobs.run', () => {
  const ended = { ...JOB, state: 'succeeded', outputs: [OUTPUT] };

  it('submits once, waits although the stream is cut, and returns files that match their sha256', async () => {
    const { api, holdfast } = await clientOf(
      json(JOB, 202),
      json(JOB),
      stream(frame(1, 'job.running'), 'is cut'),
      stream(frame(2, 'job.succeeded'), 'ends'),
      json(ended),
      bytes(PICTURE.slice(0, 4)),
      bytes(PICTURE),
    );
    const { job, files } = await holdfast.jobs.run(AD, { idempotencyKey: 'mine' });
    expect(job.state).toBe('succeeded');
    expect(files).toEqual([
      {
        ...{ outputId: 'out_a_0', item: 0, variation: 0, name: 'out_a_0.png', contentType: 'image/png' },
        ...{ sha256: SHA256, bytes: PICTURE },
      },
    ]);
    expect(api.arrived.filter((one) => one.method === 'POST')).toHaveLength(1);
  });

  it.each<readonly [string, Step]>([
    ['has no place for them', problem('rate_limited', {}, { 'Retry-After': '0' })],
    ['cuts each stream', stream('', 'is cut')],
  ])(
    'waits for the end by reading the job where its events cannot be followed: the API %s',
    async (_, refuses) => {
      // The job is submitted, read, and read again once a stream was tried five times.
      const tries = [refuses, refuses, refuses, refuses, refuses];
      const { api, holdfast } = await clientOf(
        json(JOB, 202),
        ...[json(JOB), ...tries, json(JOB), ...tries, json(ended)],
        bytes(PICTURE),
      );
      expect((await holdfast.jobs.run(AD)).job.state).toBe('succeeded');
      expect(api.arrived).toHaveLength(15);
    },
  );

  it('throws a JobFailedError for a job that delivered nothing', async () => {
    const failure = { code: 'provider_failed', detail: 'The model failed.' };
    const failed = { ...JOB, state: 'failed', failure, billing: { committed: 0 } };
    const { holdfast } = await clientOf(json(failed, 200));
    const error = await failureOf(holdfast.jobs.run(AD));
    expect(error).toBeInstanceOf(JobFailedError);
    expect(error).toMatchObject({ code: 'job_failed', billed: 'no', job: { failure } });
  });

  it('fails on bytes that do not match their sha256, and leaves no file', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'holdfast-save-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = path.join(folder, 'out.png');
    const { holdfast } = await clientOf(bytes(new Uint8Array([0])));
    expect(await failureOf(holdfast.outputs.download(OUTPUT))).toMatchObject({ code: 'content_mismatch' });
    expect(await failureOf(holdfast.outputs.save(OUTPUT, file))).toMatchObject({ code: 'content_mismatch' });
    expect(await readdir(folder)).toEqual([]);
  });

  it('saves a file after a download that was cut off, whole and without another file beside it', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'holdfast-save-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const { holdfast } = await clientOf(bytes(PICTURE.slice(0, 4)), bytes(PICTURE));
    await holdfast.outputs.save(OUTPUT, path.join(folder, 'out.png'));
    expect(new Uint8Array(await readFile(path.join(folder, 'out.png')))).toEqual(PICTURE);
    expect(await readdir(folder)).toEqual(['out.png']);
  });
});
