import { randomUUID } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { MAX_MS_BEFORE_POST } from '../../activities/attempts/right-to-post.ts';
import type { Attempt } from '../../domain/work/attempt.ts';
import type { Attempts } from '../../jobs/attempts/attempts.ts';
import { startScriptedService, type ScriptedService } from '../harness/scripted-service.ts';
import { createActivitiesFixture, type ActivitiesFixture } from './activities-fixture.ts';

let fixture: ActivitiesFixture;
let service: ScriptedService;
/** What the service says to a post. */
let postResponse: { readonly status: number; readonly body?: unknown };
/** The id of the run, one for each test: no two attempts are followed under one id. */
let run = '';
let jobs = 0;
beforeAll(async () => {
  fixture = await createActivitiesFixture();
});
beforeEach(async () => {
  run = randomUUID();
  postResponse = { status: 201, body: { id: run } };
  service = await startScriptedService((call) => {
    if (call.name === 'submit') call.answer(postResponse.status, postResponse.body);
  });
});
afterEach(() => service.close());
afterAll(() => fixture.close());

const nextAttempt = async () => (await fixture.admit(`lost ${String(++jobs)}`)).attempt;
const rowOf = ({ accountId, reference }: Attempt) => fixture.attempts.read(accountId, reference);
const submit = (attempt: Attempt, changed: Partial<Attempts>) =>
  new MockActivityEnvironment({ scheduledTimestampMs: Date.now() }).run(
    fixture.submitAt(service.url, changed),
    attempt,
  );
const posts = () => service.calls('submit').length;

const LOST = new Error('the connection ended before PostgreSQL responded');

/** The first calls of it take effect, and their responses are lost. */
function losing<Arguments extends unknown[], Result>(
  call: (...args: Arguments) => Promise<Result>,
  times = 1,
): (...args: Arguments) => Promise<Result> {
  let lost = 0;
  return async (...args) => {
    const result = await call(...args);
    if (lost++ < times) throw LOST;
    return result;
  };
}

describe('an attempt whose row was requested of PostgreSQL without a response', () => {
  test.each([1, 3])('is posted once where the row was made and %i responses were lost', async (times) => {
    const attempt = await nextAttempt();
    const begin = losing(fixture.attempts.begin, times);
    expect(await submit(attempt, { begin })).toEqual({ outcome: 'accepted', providerJobId: run });
    expect(posts()).toBe(1);
    expect(await rowOf(attempt)).toMatchObject({ state: 'accepted', providerJobId: run });
  });

  test('is posted once where the row is made only after the request was given up', async () => {
    const attempt = await nextAttempt();
    let late: Promise<unknown> | undefined;
    const begin: Attempts['begin'] = async (...args) => {
      if (late !== undefined) return fixture.attempts.begin(...args);
      late = new Promise((resolve) => setTimeout(resolve, 100)).then(() => fixture.attempts.begin(...args));
      throw LOST;
    };
    expect(await submit(attempt, { begin })).toEqual({ outcome: 'accepted', providerJobId: run });
    await late;
    expect(posts()).toBe(1);
  });

  test('is posted once where the row is read again before the post and PostgreSQL does not respond', async () => {
    const attempt = await nextAttempt();
    const begin: Attempts['begin'] = async (...args) => {
      const begun = await fixture.attempts.begin(...args);
      await new Promise((resolve) => setTimeout(resolve, MAX_MS_BEFORE_POST + 100));
      return begun;
    };
    const read = losing(fixture.attempts.read);
    expect(await submit(attempt, { begin, read })).toEqual({ outcome: 'accepted', providerJobId: run });
    expect(posts()).toBe(1);
  });

  test('is on record as not run where PostgreSQL did not respond within the limit, and a later try is no doubt', async () => {
    const attempt = { ...(await nextAttempt()), reachWithinSeconds: 1 };
    const begin = losing(fixture.attempts.begin, Infinity);
    await expect(submit(attempt, { begin })).rejects.toThrow(LOST.message);
    expect(await rowOf(attempt)).toMatchObject({ state: 'rejected', errorClass: 'not_found' });
    expect(await submit(attempt, {})).toMatchObject({ outcome: 'rejected', errorClass: 'not_found' });
    expect(posts()).toBe(0);
  });

  test('is not posted by another call of the same process that finds the row: its outcome is unknown', async () => {
    const attempt = await nextAttempt();
    await fixture.attempts.begin(attempt);
    expect(await submit(attempt, {})).toEqual({ outcome: 'unknown' });
    expect((await fixture.attempts.begin(attempt)).isMine).toBe(false);
    expect(posts()).toBe(0);
  });
});

describe('the response of a post whose record was lost', () => {
  test('is recorded again and followed where the post was accepted', async () => {
    const attempt = await nextAttempt();
    const accept = losing(fixture.attempts.accept);
    expect(await submit(attempt, { accept })).toEqual({ outcome: 'accepted', providerJobId: run });
    expect(posts()).toBe(1);
  });

  test('is the same rejection, with its pause, where the post was refused', async () => {
    postResponse = { status: 400, body: { error: 'a brief it cannot read' } };
    const withoutLoss = await submit(await nextAttempt(), {});
    expect(withoutLoss).toMatchObject({ outcome: 'rejected' });
    const attempt = await nextAttempt();
    expect(await submit(attempt, { move: losing(fixture.attempts.move) })).toEqual(withoutLoss);
    expect(posts()).toBe(2);
  });
});
