import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createOpenAiProvider } from '../../activities/providers/openai/openai-provider.ts';
import type { Provider } from '../../activities/providers/provider.ts';
import type { Attempt } from '../../domain/work/output-plan.ts';
import {
  answering,
  answeringLate,
  closing,
  silent,
  startFakeService,
  type FakeService,
} from '../providers/contract/fake-service.ts';
import { imagesDialect } from '../providers/contract/openai-dialect.ts';
import { createActivitiesFixture, type ActivitiesFixture } from './activities-fixture.ts';
import { PICTURES } from './content/pictures.ts';

/** Services whose answer to a post is the run: what is on record of them, whatever befalls the answer. */

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

const activities = (submitTimeoutMs = 10_000) => fixture.activitiesWith(provider(submitTimeoutMs));
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
  test('is in our store when it ends, was posted once, and heartbeats meanwhile', async () => {
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

  test('is not lost where the database is away for a moment as it ends: that it was taken is recorded with its end', async () => {
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

  test('is unknown as well when its worker died with it', async () => {
    const attempt = await admit();
    await fixture.attempts.begin(attempt);
    expect(await running(attempt).outcome).toEqual({ outcome: 'unknown' });
    expect(await new MockActivityEnvironment().run(activities().resolve, attempt)).toEqual({
      outcome: 'unresolvable',
    });
    expect(fake.requests).toEqual([]);
  });
});

describe('a cancel', () => {
  test('resets the connection, and nothing is known of the bill', async () => {
    const attempt = await admit();
    fake.setFaults({ submission: silent });
    const { environment, outcome } = running(attempt);
    await vi.waitFor(() => expect(fake.wire.posts()).toBe(1));
    environment.cancel();
    expect(await outcome).toEqual({ outcome: 'unknown' });
    await vi.waitFor(() => expect(fake.wire.resets()).toBe(1));
    expect(await recordOf(attempt)).toMatchObject({ state: 'unknown', billed: 'unknown', is_closed: true });
    expect(await stop(attempt)).toBe('stopped');
    expect(fake.requests, 'there is nothing to ask for').toHaveLength(1);
  });

  test('comes too late for an answer that is there: it is delivered', async () => {
    const attempt = await admit();
    expect(await running(attempt).outcome).toEqual({ outcome: 'made' });
    expect(await stop(attempt)).toBe('finished');
    expect(await new MockActivityEnvironment().run(activities().collectLate, attempt)).toEqual({
      outcome: 'made',
    });
  });
});
