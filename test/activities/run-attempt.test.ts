import { readFileSync } from 'node:fs';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { startScriptedService, type ScriptedService } from '../harness/scripted-service.ts';
import { createActivitiesFixture, type ActivitiesFixture } from './activities-fixture.ts';

const PICTURE = readFileSync(new URL('../../model-service/prepared/picture.png', import.meta.url));

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
