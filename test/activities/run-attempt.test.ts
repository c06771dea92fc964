import { readFileSync } from 'node:fs';
import { MockActivityEnvironment } from '@temporalio/testing';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startScriptedService, type ScriptedService } from '../harness/scripted-service.ts';
import { createActivitiesFixture, type ActivitiesFixture } from './activities-fixture.ts';

const PICTURE = readFileSync(new URL('../../model-service/prepared/picture.png', import.meta.url));

const SOUND = readFileSync(new URL('../../model-service/prepared/sound.m4a', import.meta.url));
const SOUND_SECONDS = 1;

let fixture: ActivitiesFixture;
let service: ScriptedService;
/** What lies behind the link of a result. */
let result: { readonly content: Buffer };
beforeAll(async () => {
  fixture = await createActivitiesFixture();
});
beforeEach(async () => {
  result = { content: PICTURE };
  service = await startScriptedService((call) => {
    if (call.name === 'file') call.answer(200, result.content);
    else {
      const output = [
        { url: `${service.url}/picture`, content_type: 'image/png', bytes: result.content.length },
      ];
      call.answer(200, { id: call.about, status: 'succeeded', output });
    }
  });
});
afterEach(() => service.close());
afterAll(() => fixture.close());

/** A job its provider has accepted. */
async function accepted(key: string) {
  const { attempt } = await fixture.admit(key);
  await fixture.attempts.begin(attempt);
  await fixture.attempts.move(attempt.accountId, attempt.reference, {
    from: ['posting'],
    to: 'accepted',
    providerJobId: 'p1',
  });
  return attempt;
}

const runAs = (tryNumber: number, attempt: Awaited<ReturnType<typeof accepted>>) =>
  new MockActivityEnvironment({ attempt: tryNumber }).run(
    fixture.activitiesAt(service.url).runAttempt,
    attempt,
  );

test('a retry finds the stored result, and calls no provider', async () => {
  const attempt = await accepted('brought in');
  expect(await runAs(1, attempt)).toEqual({ outcome: 'made' });
  expect([service.calls('poll').length, service.calls('file').length]).toEqual([1, 1]);
  expect(await runAs(2, attempt)).toEqual({ outcome: 'made' });
  expect([service.calls('poll').length, service.calls('file').length]).toEqual([1, 1]);
});

test('a retry stores the result when the first try died before that', async () => {
  const attempt = await accepted('not brought in');
  expect(await runAs(2, attempt)).toEqual({ outcome: 'made' });
  expect([service.calls('poll').length, service.calls('file').length]).toEqual([1, 1]);
});

test.each([
  ['is cut short', () => PICTURE.subarray(0, -300)],
  ['is cut short before its first pixel', () => PICTURE.subarray(0, 60)],
  ['is a page', () => Buffer.from('<!doctype html><h1>Sign in</h1>')],
  ['is nothing', () => Buffer.alloc(0)],
  [
    'has been damaged in its middle',
    () => Buffer.concat([PICTURE.subarray(0, 200), Buffer.alloc(PICTURE.length - 200)]),
  ],
])(
  'a picture that %s is the provider’s failure: nothing is delivered, and nothing charged',
  async (what, content) => {
    const attempt = await accepted(what);
    result = { content: content() };
    expect(await runAs(1, attempt)).toEqual({ outcome: 'failed', code: 'bad_content' });
    const row = await fixture.attempts.read(attempt.accountId, attempt.reference);
    expect(row).toMatchObject({ state: 'failed', errorClass: 'bad_content' });
  },
);

test('a picture of other dimensions than its model says is the provider’s failure', async () => {
  result = { content: PICTURE };
  const { width, height } = await sharp(PICTURE).metadata();
  const exact = { ...(await accepted('exact dimensions')), dimensions: { width, height } };
  expect(await runAs(1, exact)).toEqual({ outcome: 'made' });
  const other = { ...(await accepted('other dimensions')), dimensions: { width: width + 1, height } };
  expect(await runAs(1, other)).toEqual({ outcome: 'failed', code: 'bad_content' });
});

test('a sound of another length than was ordered is the provider’s failure', async () => {
  result = { content: SOUND };
  const ordered = async (durationSeconds: number) => ({
    ...(await accepted(`a sound of ${String(durationSeconds)} s`)),
    ...{ mediaType: 'audio/mp4', durationSeconds },
  });
  expect(await runAs(1, await ordered(SOUND_SECONDS))).toEqual({ outcome: 'made' });
  expect(await runAs(1, await ordered(SOUND_SECONDS + 5))).toEqual({
    outcome: 'failed',
    code: 'bad_content',
  });
});

test('a result that breaks off each time is fetched ever less often', async () => {
  const attempt = await accepted('breaks off');
  await service.close();
  service = await startScriptedService((call) => {
    if (call.name === 'file') call.drop();
    else
      call.answer(200, { id: call.about, status: 'succeeded', output: [{ url: `${service.url}/picture` }] });
  });
  const environment = new MockActivityEnvironment();
  const begunAt = performance.now();
  const outcome = environment.run(fixture.activitiesAt(service.url).runAttempt, attempt);
  await service.untilCalled('file', 5);
  environment.cancel();
  await expect(outcome).rejects.toThrow();
  // Pauses of 0.2, 0.4, 0.8 and 1.6 s at least.
  expect(performance.now() - begunAt).toBeGreaterThan(2_900);
});

describe('a service that gives two jobs one name', () => {
  // The bad files of the tests above have opened the breaker of their model.
  beforeEach(() => fixture.owner.query('DELETE FROM jobs.breakers'));

  const record = (id: string, reference?: string) => ({
    ...{ id, reference, status: 'succeeded' },
    output: [{ url: `${service.url}/picture` }],
  });
  const stateOf = async ({ accountId, reference }: { accountId: string; reference: string }) => {
    const row = await fixture.attempts.read(accountId, reference);
    return [row?.state, row?.providerJobId];
  };

  test('delivers the result of the first to no one else: the second is looked up', async () => {
    const lookedUp = new Map<string, string>();
    await service.close();
    service = await startScriptedService((call) => {
      if (call.name === 'submit') call.answer(201, { id: 'twice', status: 'starting' });
      else if (call.name === 'file') call.answer(200, PICTURE);
      else if (call.name === 'poll') call.answer(200, record(call.about));
      else call.answer(200, { data: [record(lookedUp.get(call.about) ?? 'twice', call.about)] });
    });
    const [first, second] = [await fixture.admit('first'), await fixture.admit('second')];
    expect(await runAs(1, first.attempt)).toEqual({ outcome: 'made' });
    expect(await runAs(1, second.attempt)).toEqual({ outcome: 'unknown' });
    expect(await stateOf(second.attempt)).toEqual(['unknown', null]);
    // The look-up says the same for a while, and then the name of the second.
    const resolution = new MockActivityEnvironment().run(
      fixture.activitiesAt(service.url).resolve,
      second.attempt,
    );
    await service.untilCalled('lookup', 2);
    lookedUp.set(second.attempt.reference, 'another');
    expect(await resolution).toEqual({ outcome: 'known', providerJobId: 'another' });
    expect(await runAs(2, second.attempt)).toEqual({ outcome: 'made' });
    expect(service.calls('submit')).toHaveLength(2);
  });

  test('does not have the job of the first stopped where the second counts no more', async () => {
    await service.close();
    const second = (await fixture.admit('given up')).attempt;
    service = await startScriptedService(async (call) => {
      if (call.name === 'submit' && call.about === second.reference)
        await fixture.attempts.move(second.accountId, second.reference, { from: ['posting'], to: 'fenced' });
      if (call.name === 'submit') call.answer(201, { id: 'once', status: 'starting' });
      else if (call.name === 'file') call.answer(200, PICTURE);
      else call.answer(200, record(call.about));
    });
    const first = (await fixture.admit('kept')).attempt;
    expect(await runAs(1, first)).toEqual({ outcome: 'made' });
    expect(await runAs(1, second)).toEqual({ outcome: 'fenced' });
    expect(service.calls('cancel')).toEqual([]);
    expect(await stateOf(second)).toEqual(['fenced', null]);
  });
});
