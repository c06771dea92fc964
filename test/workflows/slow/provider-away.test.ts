import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Model } from '../../../domain/work/models.ts';
import { jobIdOf } from '../../../contract/derived-ids.ts';
import { openAccount } from '../../../ledger/open-account.ts';
import { SUPERSCALE, SUPERSCALE_GRANTS } from '../../harness/superscale.ts';
import { startScriptedService, type ScriptedService } from '../../harness/scripted-service.ts';
import { createWorkflowFixture, type RunningWorker, type WorkflowFixture } from '../workflow-fixture.ts';

const PICTURE = readFileSync(new URL('../../../model-service/prepared/picture.png', import.meta.url));
const REQUEST = { kind: 'static_ad', brief: { headline: 'not now' } } as const;
/**
 * Ten minutes, compressed: fifteen seconds of the minute that a static ad may wait for its start. The rules of breakers are as they are:
 * five failures open one, and one job tries every five seconds.
 */
const AWAY_MS = 15_000;
/** One account has many jobs in line before another sends its few. */
const JOBS = { many: 18, few: 4 } as const;
const IN_FLIGHT = 4;
const RUN_MS = 300;

let fixture: WorkflowFixture;
let service: ScriptedService;
let isAway = false;
const running = new Set<string>();
let mostAtOnce = 0;
beforeAll(async () => {
  fixture = await createWorkflowFixture();
  service = await startScriptedService((call) => {
    if (call.name === 'file') call.answer(200, PICTURE);
    if (call.name === 'submit') {
      const isRefused = isAway || refused.some((end) => call.about.endsWith(end));
      if (isRefused) call.answer(503, { error: { code: refusal } });
      else {
        running.add(call.about);
        mostAtOnce = Math.max(mostAtOnce, running.size);
        setTimeout(() => running.delete(call.about), RUN_MS);
        call.answer(201, { id: call.about });
      }
    }
    if (call.name === 'poll') {
      const output = [{ url: `${service.url}/picture`, content_type: 'image/png', bytes: PICTURE.length }];
      const isDone = !running.has(call.about);
      if (isCutOff) call.answer(200, { id: call.about, status: 'failed', error: { code: 'interrupted' } });
      else call.answer(200, { id: call.about, status: isDone ? 'succeeded' : 'processing', output });
    }
  });
});
afterAll(async () => {
  await service.close();
  await fixture.close();
});
let refused: readonly string[] = [];
let refusal = 'unavailable';
/** Each run ends early, by no fault of its own. */
let isCutOff = false;
let worker: RunningWorker;
afterEach(async () => {
  refused = [];
  refusal = 'unavailable';
  isCutOff = false;
  await worker.stop();
  await fixture.owner.query('DELETE FROM jobs.breakers');
});

const breakerOf = async (): Promise<{ opened_at: Date } | undefined> =>
  (await fixture.worker.query<{ opened_at: Date }>('SELECT opened_at FROM jobs.read_models(true)')).rows[0];
const attemptsOf = async (jobId: string) =>
  (
    await fixture.owner.query<object>(
      'SELECT number, model, state FROM jobs.attempts WHERE job_id = $1 ORDER BY number',
      [jobId],
    )
  ).rows;

test('a provider’s outage under load loses no job: the breaker opens and closes once, and the line drains within the limit, account by account', async () => {
  worker = await fixture.startWorker(service.url, {
    limits: { local: { inFlight: IN_FLIGHT, perSecond: null } },
  });
  isAway = true;
  const { accountId: other } = await openAccount(fixture.worker, SUPERSCALE_GRANTS, {
    ...{ name: 'Few', reference: randomUUID() },
  });
  const many = Array.from({ length: JOBS.many }, (_, nth) => worker.jobOf(`many ${String(nth)}`));
  const few = Array.from({ length: JOBS.few }, (_, nth) => {
    const idempotencyKey = `few ${String(nth)}`;
    return { accountId: other, idempotencyKey, jobId: jobIdOf(other, idempotencyKey) };
  });
  const jobs = [...many, ...few];
  for (const ofOne of [many, few])
    await Promise.all(ofOne.map((job) => worker.client.start({ ...job, request: REQUEST })));
  const opened = new Set<number>();
  const watch = new AbortController();
  const watching = (async () => {
    while (!watch.signal.aborted) {
      const breaker = await breakerOf();
      if (breaker !== undefined) opened.add(breaker.opened_at.getTime());
      await sleep(100);
    }
  })();
  await sleep(AWAY_MS);
  const tries = service.calls('submit').length;
  isAway = false;
  const ended = await Promise.all(jobs.map((job) => worker.client.wait(job)));
  watch.abort();
  await watching;
  expect(ended).toMatchObject(jobs.map(() => ({ outcome: 'succeeded', credits: 35 })));
  expect(opened.size, 'opened once').toBe(1);
  expect(await breakerOf(), 'closed').toBeUndefined();
  // Those that opened it, those under way then, and a probe every five seconds: not every job, again and again.
  expect(tries).toBeLessThanOrEqual(5 + IN_FLIGHT + 3);
  expect(mostAtOnce).toBeLessThanOrEqual(IN_FLIGHT);
  // On the wire, once it is back: the few take turns with the many, and do not wait until those have drained.
  const drained = service
    .calls('submit')
    .slice(tries)
    .map(({ about }) => about.split('_')[1] ?? '');
  const lastOfFew = Math.max(...few.map(({ jobId }) => drained.indexOf(jobId.replace('job_', ''))));
  expect(lastOfFew).toBeGreaterThanOrEqual(0);
  expect(lastOfFew).toBeLessThan(2 * JOBS.few + 2 * IN_FLIGHT);
});

const [render] = SUPERSCALE.models;
const spare = { name: 'local/spare', remoteId: 'local/spare', fallbacks: [] } as const;
const withSpare: readonly Model[] =
  render === undefined
    ? []
    : [
        { ...render, fallbacks: [spare.name] },
        { ...render, ...spare },
      ];
/** The start may be waited for seven seconds of these. */
const SOON = { ...REQUEST, deadline_seconds: 10 };

test('a fallback takes over when a model refuses until its start deadline, at the agreed price', async () => {
  worker = await fixture.startWorker(service.url, { models: withSpare });
  const job = worker.jobOf('refused');
  refused = ['_render_1', '_render_2', '_render_3'];
  await worker.client.start({ ...job, request: SOON });
  expect(await worker.client.wait(job)).toMatchObject({ outcome: 'succeeded', credits: 35 });
  expect(await attemptsOf(job.jobId)).toEqual([
    ...[1, 2, 3].map((number) => ({ number, model: 'local/render', state: 'rejected' })),
    { number: 4, model: 'local/spare', state: 'collected' },
  ]);
});

test('a fallback takes over while the breaker stays open; without one the credits return', async () => {
  const open = async () => {
    await fixture.owner.query(
      `INSERT INTO jobs.breakers VALUES ('local', 'local/render', 5, 'submit', now(), NULL, now() + interval '1 hour')`,
    );
  };
  worker = await fixture.startWorker(service.url, { models: withSpare });
  await open();
  const job = worker.jobOf('open');
  await worker.client.start({ ...job, request: SOON });
  expect(await worker.client.wait(job)).toMatchObject({ outcome: 'succeeded', credits: 35 });
  expect(await attemptsOf(job.jobId)).toEqual([{ number: 2, model: 'local/spare', state: 'collected' }]);
  await worker.stop();
  worker = await fixture.startWorker(service.url);
  const alone = worker.jobOf('alone');
  await worker.client.start({ ...alone, request: SOON });
  expect(await worker.client.wait(alone)).toMatchObject({ outcome: 'failed', code: 'start_deadline' });
  expect(await attemptsOf(alone.jobId)).toEqual([]);
});

test('a fallback takes over at the start deadline of a job that waited for its turn and was refused then, and the run deadline is kept', async () => {
  worker = await fixture.startWorker(service.url, { models: withSpare });
  await fixture.owner.query(
    `INSERT INTO jobs.breakers VALUES ('local', 'local/render', 5, 'submit', now(), NULL, now() + interval '1 hour')`,
  );
  const job = worker.jobOf('refused as the probe');
  refused = ['_render_1', '_render_2'];
  await worker.client.start({ ...job, request: { ...REQUEST, deadline_seconds: 20 } });
  // The first attempt is the probe after 9.5 s of the 14 in line, and the second would be one after 14.5 s, again in vain.
  await expect
    .poll(async () => {
      const { rowCount } = await fixture.owner.query(
        `UPDATE jobs.breakers SET probe_at = since + interval '9.5 seconds' FROM jobs.waiting WHERE reference LIKE $1`,
        [`%${job.jobId.slice(4)}%`],
      );
      return rowCount;
    })
    .toBe(1);
  expect(await worker.client.wait(job)).toMatchObject({ outcome: 'succeeded', credits: 35 });
  expect(await attemptsOf(job.jobId)).toEqual([
    { number: 1, model: 'local/render', state: 'rejected' },
    { number: 3, model: 'local/spare', state: 'collected' },
  ]);
});

test('attempts of an output count over its fallbacks, each of which has one at least', async () => {
  worker = await fixture.startWorker(service.url, { models: withSpare });
  const job = worker.jobOf('refused by both');
  refused = ['_render_1', '_render_2', '_render_3', '_render_4', '_render_5'];
  refusal = 'failed_before_start';
  await worker.client.start({ ...job, request: REQUEST });
  expect(await worker.client.wait(job)).toMatchObject({ outcome: 'failed', code: 'provider_rejected' });
  expect(await attemptsOf(job.jobId)).toEqual([
    ...[1, 2, 3].map((number) => ({ number, model: 'local/render', state: 'rejected' })),
    { number: 4, model: 'local/spare', state: 'rejected' },
  ]);
});

test('an output beyond its model’s cost cap is not attempted again, and its credits return', async () => {
  const models = SUPERSCALE.models.map((model) => ({
    ...model,
    cost: { per_call: '1.00' },
    maxCost: '2.50',
  }));
  worker = await fixture.startWorker(service.url, { models });
  isCutOff = true;
  const before = await fixture.balance();
  const job = worker.jobOf('dear');
  await worker.client.start({ ...job, request: REQUEST });
  expect(await worker.client.wait(job)).toMatchObject({ outcome: 'failed', code: 'internal' });
  expect(await attemptsOf(job.jobId)).toEqual([
    ...[1, 2].map((number) => ({ number, model: 'local/render', state: 'failed' })),
    { number: 3, model: 'local/render', state: 'rejected' },
  ]);
  expect(service.calls('submit').filter(({ about }) => about.includes(job.jobId.slice(4)))).toHaveLength(2);
  expect(await fixture.balance()).toEqual(before);
});
