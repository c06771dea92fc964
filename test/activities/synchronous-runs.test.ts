import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createOpenAiProvider } from '../../activities/providers/openai/openai-provider.ts';
import { LINK_PAUSES as WORKER_PAUSES } from '../../activities/attempts/synchronous-runs.ts';
import { createRecordEnd } from '../../activities/attempts/record-end.ts';
import { findThisProcess } from '../../activities/attempts/this-process.ts';
import { createCheckContent } from '../../activities/content/check-content.ts';
import { createProviderRegistry } from '../../activities/providers/provider-registry.ts';
import type { Provider, RunEnd } from '../../activities/providers/provider.ts';
import type { AssetStore } from '../../assets/asset-store.ts';
import { createDiskAssetStore } from '../../assets/disk-asset-store.ts';
import type { Attempt } from '../../domain/work/attempt.ts';
import { createAttempts } from '../../jobs/attempts/attempts.ts';
import {
  answering,
  answeringLate,
  closing,
  silent,
  startFakeService,
  type FakeService,
  type Fault,
} from '../providers/contract/fake-service.ts';
import { imagesDialect } from '../providers/contract/openai-dialect.ts';
import { makeTemporaryHome } from '../harness/temporary-home.ts';
import { createActivitiesFixture, type ActivitiesFixture } from './activities-fixture.ts';
import { PICTURES } from './content/pictures.ts';

/** Services whose answer to a post is the run: what is on record of them, whatever befalls the answer. */

/** By default a second, which a busy machine may need for what an idle one does at once. */
const PATIENT = { timeout: 10_000 } as const;
const PICTURE = await PICTURES['image/png']();
const DIALECT = imagesDialect(PICTURE);

let fixture: ActivitiesFixture;
let fake: FakeService;
let jobs = 0;
beforeAll(async () => {
  fixture = await createActivitiesFixture();
});
beforeEach(async () => {
  fake = await startFakeService(DIALECT);
});
afterEach(() => fake.close());
afterAll(() => fixture.close());

/** The adapter as the one that the catalogue of these tests names. */
function provider(submitTimeoutMs: number): Provider {
  const openAi = createOpenAiProvider({
    name: 'local',
    baseUrl: `${fake.url}/v1/`,
    apiKey: 'sk-1',
    submitTimeoutMs,
  });
  return {
    ...openAi,
    submit: (submission, ...rest) => openAi.submit({ ...submission, model: 'images/gpt-image-1' }, ...rest),
  };
}

const LINK_PAUSES = { firstMs: 20, maxMs: 50 };
const activities = (submitTimeoutMs = 10_000) =>
  fixture.activitiesWith(provider(submitTimeoutMs), null, LINK_PAUSES);
const admit = async () => (await fixture.admit(`answered ${String(++jobs)}`)).attempt;
const running = (attempt: Attempt, submitTimeoutMs?: number) => {
  const environment = new MockActivityEnvironment({ scheduledTimestampMs: Date.now() });
  const outcome = environment.run(activities(submitTimeoutMs).runAttempt, attempt);
  return { environment, outcome };
};
const stop = ({ accountId, outputId }: Attempt) =>
  new MockActivityEnvironment().run(activities().stopAttempts, accountId, outputId);

async function recordOf({ accountId, reference }: Attempt) {
  const { rows } = await fixture.owner.query(
    `SELECT state, billed, provider_job_id, sha256 IS NOT NULL AS is_stored, closed_at IS NOT NULL AS is_closed
     FROM jobs.attempts WHERE account_id = $1 AND reference = $2`,
    [accountId, reference],
  );
  return rows[0] as Record<string, unknown>;
}

describe('a run that is the answer to its post', () => {
  test('is stored when it ends, is posted once, and heartbeats meanwhile', async () => {
    const attempt = await admit();
    fake.setFaults({ submission: answeringLate(1_300) });
    const { environment, outcome } = running(attempt);
    const heartbeat = vi.fn();
    environment.on('heartbeat', heartbeat);
    expect(await outcome).toEqual({ outcome: 'made' });
    expect(heartbeat.mock.calls.length).toBeGreaterThanOrEqual(2);
    expect(await recordOf(attempt)).toMatchObject({
      state: 'collected',
      billed: 'yes',
      provider_job_id: 'req_1',
      is_stored: true,
    });
    expect(await running(attempt).outcome).toEqual({ outcome: 'made' });
    expect(fake.wire.posts()).toBe(1);
  });

  test('is not lost when the database is away for a moment as it ends: its acceptance is recorded with its end', async () => {
    const attempt = await admit();
    const asked: string[] = [];
    const query = fixture.worker.query.bind(fixture.worker) as (...args: unknown[]) => unknown;
    const spy = vi.spyOn(fixture.worker, 'query');
    spy.mockImplementation((...args: unknown[]) => {
      const { name = '' } = args[0] as { readonly name?: string };
      asked.push(name);
      const isAway = name === 'jobs.record_asset' && asked.filter((one) => one === name).length === 1;
      return isAway ? Promise.reject(new Error('Connection terminated unexpectedly')) : query(...args);
    });
    expect(await running(attempt).outcome).toEqual({ outcome: 'made' });
    spy.mockRestore();
    expect(asked.filter((name) => name === 'jobs.record_asset')).toHaveLength(2);
    expect(asked).not.toContain('jobs.move_attempt');
    expect(await recordOf(attempt)).toMatchObject({ state: 'collected', provider_job_id: 'req_1' });
    expect(fake.wire.posts()).toBe(1);
  });

  test.each([
    ['longer than can be kept', 'x'.repeat(9_000)],
    ['not a text that a database takes', 'req\u0080\u0081'],
  ])('whose service names it by what is %s is known by our reference', async (_what, id) => {
    const attempt = await admit();
    const answer = DIALECT.answerOf(PICTURE);
    fake.setFaults({ submission: answering({ ...answer, headers: { 'x-request-id': id } }) });
    expect(await running(attempt).outcome).toEqual({ outcome: 'made' });
    expect(await recordOf(attempt)).toMatchObject({
      state: 'collected',
      provider_job_id: attempt.reference,
    });
  });

  test.each([
    ['cut short', DIALECT.answerOf(PICTURE.subarray(0, -200)), 'bad_content'],
    ['empty', DIALECT.answerOf(), 'zero_outputs'],
    ['a failure', { status: 200, body: { error: { code: 'upstream_error' } } }, 'provider_failed'],
  ])('whose answer is %s has failed, and is on record so', async (_what, answer, code) => {
    const attempt = await admit();
    fake.setFaults({ submission: answering(answer) });
    expect(await running(attempt).outcome).toEqual({ outcome: 'failed', code });
    expect(await recordOf(attempt)).toMatchObject({ state: 'failed', is_stored: false });
    expect(await running(attempt).outcome).toEqual({ outcome: 'failed', code });
    expect(fake.wire.posts()).toBe(1);
  });
});

test('an answer that holds the result is kept in memory until the asset store is back', async () => {
  const attempt = await admit();
  await fixture.attempts.begin(attempt);
  const { home, remove } = await makeTemporaryHome('answered');
  const disk = createDiskAssetStore(home);
  let tries = 0;
  const put: AssetStore['put'] = (...args) =>
    ++tries === 1 ? Promise.reject(new Error('the store is away')) : disk.put(...args);
  const recordEnd = createRecordEnd({
    attempts: fixture.attempts,
    providers: createProviderRegistry([provider(1_000)]),
    assets: { ...disk, put },
    checkContent: createCheckContent(),
  });
  const end: RunEnd = {
    ...({ state: 'succeeded', billed: 'yes', cost: null } as const),
    files: [{ at: 'answer', content: PICTURE }],
  };
  const environment = new MockActivityEnvironment();
  const recorded = environment.run(() => recordEnd.recordSynchronous(attempt, 'req_1', end));
  expect(await recorded).toEqual({ outcome: 'made' });
  expect(tries).toBe(2);
  expect(await recordOf(attempt)).toMatchObject({ state: 'collected', is_stored: true });
  await remove();
});

describe('a run whose answer links to what it made', () => {
  /** A link whose host does what it is told to until that is null. */
  function linked() {
    const host: { fault: Fault | null; asked: number } = { fault: null, asked: 0 };
    const serve = answering({ status: 200, headers: { 'content-type': 'image/png' }, body: PICTURE });
    const { url } = fake.putFile(PICTURE, 'image/png', (exchange) => {
      host.asked += 1;
      (host.fault ?? serve)(exchange);
    });
    fake.setFaults({
      submission: answering({
        status: 200,
        headers: { 'x-request-id': 'req_1' },
        body: { created: 1, data: [{ url: `${url}?signature=s3cret` }] },
      }),
    });
    return host;
  }
  const keptAnswers = async ({ reference }: Attempt) =>
    (await fixture.owner.query('SELECT answer FROM jobs.answers WHERE reference = $1', [reference])).rows;
  /** So often that with the pauses of a worker more than a minute has passed. */
  const TRIES = 12;

  test('is fetched once its host is back, however long it was away: it is on record meanwhile, and was posted once', async () => {
    const pausesMs = Array.from({ length: TRIES }, (_, nth) =>
      Math.min(WORKER_PAUSES.firstMs * 2 ** nth, WORKER_PAUSES.maxMs),
    );
    expect(pausesMs.reduce((sum, ms) => sum + ms)).toBeGreaterThan(60_000);
    const attempt = await admit();
    const host = linked();
    host.fault = answering({ status: 503 });
    const { outcome } = running(attempt);
    await vi.waitFor(() => expect(host.asked).toBeGreaterThanOrEqual(TRIES), PATIENT);
    expect(await recordOf(attempt)).toMatchObject({
      ...{ state: 'accepted', provider_job_id: 'req_1', is_stored: false },
    });
    expect(await keptAnswers(attempt)).toHaveLength(1);
    host.fault = null;
    expect(await outcome).toEqual({ outcome: 'made' });
    expect(await recordOf(attempt)).toMatchObject({ state: 'collected', billed: 'yes', is_stored: true });
    expect(await keptAnswers(attempt), 'a signed link is kept for as long as it is needed').toEqual([]);
    expect(fake.wire.posts()).toBe(1);
  });

  test('is fetched by another worker when the one that heard the answer died: there is no second post', async () => {
    const attempt = await admit();
    const host = linked();
    host.fault = silent;
    const dead = running(attempt);
    await vi.waitFor(() => expect(host.asked).toBe(1), PATIENT);
    host.fault = null;
    expect(await running(attempt).outcome).toEqual({ outcome: 'made' });
    expect(fake.wire.posts()).toBe(1);
    dead.environment.cancel();
    await expect(dead.outcome).rejects.toThrow();
    expect(await recordOf(attempt)).toMatchObject({ state: 'collected', is_stored: true });
  });

  test('has failed when its link has expired, and the service is paid', async () => {
    const attempt = await admit();
    const host = linked();
    host.fault = answering({ status: 403 });
    expect(await running(attempt).outcome).toEqual({ outcome: 'failed', code: 'provider_failed' });
    expect(host.asked).toBeGreaterThan(1);
    expect(await recordOf(attempt)).toMatchObject({ state: 'failed', billed: 'yes', is_stored: false });
    expect(await keptAnswers(attempt)).toEqual([]);
    expect(await running(attempt).outcome).toEqual({ outcome: 'failed', code: 'provider_failed' });
    expect(fake.wire.posts()).toBe(1);
  });

  test('is delivered when a cancel comes while it is fetched: the run is over, and paid', async () => {
    const attempt = await admit();
    const host = linked();
    host.fault = silent;
    const { environment, outcome } = running(attempt);
    await vi.waitFor(() => expect(host.asked).toBe(1), PATIENT);
    environment.cancel();
    await expect(outcome).rejects.toThrow();
    host.fault = null;
    expect(await stop(attempt)).toBe('finished');
    expect(await new MockActivityEnvironment().run(activities().collectLate, attempt)).toEqual({
      outcome: 'made',
    });
    expect(fake.wire.posts()).toBe(1);
  });

  test('is recorded once when the database is away for a moment as it is accepted', async () => {
    const attempt = await admit();
    linked();
    const { posts } = fake.wire;
    const query = fixture.worker.query.bind(fixture.worker) as (...args: unknown[]) => Promise<unknown>;
    const spy = vi.spyOn(fixture.worker, 'query');
    let lost = 0;
    // It was written, and its answer is lost.
    const queryAndLose = async (...args: unknown[]) => {
      const result = await query(...args);
      const { name = '' } = args[0] as { readonly name?: string };
      if (name === 'jobs.keep_answer' && lost++ === 0) throw new Error('Connection terminated unexpectedly');
      return result;
    };
    spy.mockImplementation((...args: unknown[]): unknown => queryAndLose(...args));
    expect(await running(attempt).outcome).toEqual({ outcome: 'made' });
    spy.mockRestore();
    expect(lost).toBe(2);
    expect(posts()).toBe(1);
  });
});

describe('an answer that is lost', () => {
  test.each([
    ['its connection is closed', closing, 10_000],
    ['it does not come in time', silent, 300],
  ])(
    'is unknown forever when %s: it is neither sent again nor looked up',
    async (_what, fault, timeoutMs) => {
      const attempt = await admit();
      fake.setFaults({ submission: fault });
      expect(await running(attempt, timeoutMs).outcome).toEqual({ outcome: 'unknown' });
      expect(await recordOf(attempt)).toMatchObject({ state: 'unknown', billed: 'unknown', is_closed: true });
      expect(await running(attempt).outcome).toEqual({ outcome: 'unknown' });
      const resolution = await new MockActivityEnvironment().run(activities().resolve, attempt);
      expect(resolution).toEqual({ outcome: 'unresolvable' });
      expect(fake.requests).toHaveLength(1);
    },
  );

  test('is unknown too when its worker died with it', async () => {
    const attempt = await admit();
    const { id } = findThisProcess();
    const dead = `${id.slice(0, id.lastIndexOf('/'))}/1`;
    await createAttempts(fixture.worker, dead).begin(attempt);
    expect(await running(attempt).outcome).toEqual({ outcome: 'unknown' });
    expect(await new MockActivityEnvironment().run(activities().resolve, attempt)).toEqual({
      outcome: 'unresolvable',
    });
    expect(fake.requests).toEqual([]);
  });
});

describe('an answer that comes after another worker has taken it for lost', () => {
  type Held = { readonly answer: () => void };
  /** A service that takes a run, and responds when it is told to. */
  function holding(fault: Fault): Held {
    let answer: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (answer = resolve));
    fake.setFaults({
      submission: (exchange) =>
        void held.then(() => {
          fault(exchange);
        }),
    });
    return {
      answer: () => {
        answer();
      },
    };
  }

  /** Posted by a worker that lives, and followed by another, which finds the row. */
  async function takenForLost(attempt: Attempt) {
    const first = running(attempt);
    await vi.waitFor(() => expect(fake.wire.posts()).toBe(1), PATIENT);
    expect(await running(attempt).outcome).toEqual({ outcome: 'unknown' });
    const resolution = new MockActivityEnvironment().run(activities().resolve, attempt);
    await vi.waitFor(async () => expect((await recordOf(attempt))['state']).toBe('unknown'), {
      timeout: 10_000,
    });
    return { first, resolution };
  }

  test('is what came of it: the run is delivered, and whichever worker waits is told', async () => {
    const attempt = await admit();
    const { answer } = holding(answeringLate(0));
    const { first, resolution } = await takenForLost(attempt);
    answer();
    expect(await first.outcome).toEqual({ outcome: 'made' });
    expect(await resolution).toEqual({ outcome: 'known', providerJobId: 'req_1' });
    expect(await running(attempt).outcome).toEqual({ outcome: 'made' });
    expect(await recordOf(attempt)).toMatchObject({ state: 'collected', billed: 'yes', is_stored: true });
    expect(fake.wire.posts()).toBe(1);
  });

  test('with a link to what it made is kept, and fetched', async () => {
    const attempt = await admit();
    const { url } = fake.putFile(PICTURE, 'image/png');
    const body = { created: 1, data: [{ url }] };
    const { answer } = holding(answering({ status: 200, headers: { 'x-request-id': 'req_1' }, body }));
    const { first, resolution } = await takenForLost(attempt);
    answer();
    expect(await resolution).toEqual({ outcome: 'known', providerJobId: 'req_1' });
    expect(await first.outcome).toEqual({ outcome: 'made' });
    expect(fake.wire.posts()).toBe(1);
  });

  test('that it failed is what came of it too', async () => {
    const attempt = await admit();
    const { answer } = holding(answering({ status: 200, body: { created: 1, data: [] } }));
    const { first, resolution } = await takenForLost(attempt);
    answer();
    expect(await first.outcome).toEqual({ outcome: 'failed', code: 'zero_outputs' });
    expect(await resolution).toMatchObject({ outcome: 'known' });
    expect(await recordOf(attempt)).toMatchObject({ state: 'failed', is_stored: false });
  });

  test('is kept for support where the output has ended meanwhile, and nothing is delivered', async () => {
    const attempt = await admit();
    const { answer } = holding(answeringLate(0));
    const { first, resolution } = await takenForLost(attempt);
    await fixture.attempts.move(attempt.accountId, attempt.reference, { from: ['unknown'], to: 'fenced' });
    answer();
    expect(await first.outcome).toEqual({ outcome: 'fenced' });
    expect(await resolution).toMatchObject({ outcome: 'known' });
    expect(await recordOf(attempt)).toMatchObject({
      ...{ state: 'fenced', provider_job_id: 'req_1', billed: 'yes', is_stored: true },
    });
  });
});

describe('a cancel', () => {
  test('resets the connection, and leaves the bill unknown', async () => {
    const attempt = await admit();
    fake.setFaults({ submission: silent });
    const { environment, outcome } = running(attempt);
    await vi.waitFor(() => expect(fake.wire.posts()).toBe(1), PATIENT);
    environment.cancel();
    expect(await outcome).toEqual({ outcome: 'unknown' });
    await vi.waitFor(() => expect(fake.wire.resets()).toBe(1), PATIENT);
    expect(await recordOf(attempt)).toMatchObject({ state: 'unknown', billed: 'unknown', is_closed: true });
    expect(await stop(attempt)).toBe('stopped');
    expect(fake.requests, 'there is nothing to ask for').toHaveLength(1);
  });

  test('comes too late for an answer that has arrived: it is delivered', async () => {
    const attempt = await admit();
    expect(await running(attempt).outcome).toEqual({ outcome: 'made' });
    expect(await stop(attempt)).toBe('finished');
    expect(await new MockActivityEnvironment().run(activities().collectLate, attempt)).toEqual({
      outcome: 'made',
    });
  });
});
