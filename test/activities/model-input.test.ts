import { ApplicationFailure } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createModelInput, NO_INPUTS } from '../../activities/attempts/model-input.ts';
import type { Attempt } from '../../domain/work/attempt.ts';
import type { ToInput } from '../../domain/work/models.ts';
import { startScriptedService, type ScriptedService } from '../harness/scripted-service.ts';
import { LOCAL_RENDER } from '../harness/superscale.ts';
import { createActivitiesFixture, type ActivitiesFixture } from './activities-fixture.ts';

let fixture: ActivitiesFixture;
let service: ScriptedService;
beforeAll(async () => {
  fixture = await createActivitiesFixture();
});
beforeEach(async () => {
  service = await startScriptedService((call) => {
    if (call.name === 'submit') call.answer(201, { id: call.about });
    else call.answer(200, { id: call.about, status: 'failed', error: { code: 'out_of_memory' } });
  });
});
afterEach(() => service.close());
afterAll(() => fixture.close());

const odd = (made: unknown): ToInput => (() => made) as ToInput;
const throwing =
  (thrown: unknown): ToInput =>
  () => {
    throw thrown;
  };

function run(attempt: Attempt, toInput: ToInput) {
  const activities = fixture.activitiesAt(service.url, [{ ...LOCAL_RENDER, toInput }]);
  return new MockActivityEnvironment().run(activities.runAttempt, attempt);
}

const circle: Record<string, unknown> = {};
circle['of'] = circle;

describe('an input that a catalogue makes', () => {
  test.each<[string, ToInput, string]>([
    ['throws', throwing(new Error('no glossary')), 'no glossary'],
    ['throws nothing that has a text', throwing(Object.create(null)), 'what it threw has no text'],
    ['is nothing', odd(undefined), 'it returns no plain object'],
    ['is a text', odd('a kettle'), 'it returns no plain object'],
    ['is a list', odd([]), 'it returns no plain object'],
    ['comes later', odd(Promise.resolve({})), 'it returns no plain object'],
    ['is a map', odd(new Map([['prompt', 'a kettle']])), 'it returns no plain object'],
    ['goes round in a circle', odd(circle), 'Converting circular structure to JSON'],
    ['has what JSON has not', odd({ seed: 1n }), 'Do not know how to serialize a BigInt'],
  ])('and that %s fails its attempt at once: nothing is submitted', async (what, toInput, why) => {
    const { attempt } = await fixture.admit(what);
    const failed = await run(attempt, toInput).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(ApplicationFailure);
    expect(failed).toMatchObject({ nonRetryable: true, type: 'range_error' });
    expect(String(failed)).toContain(why);
    expect(service.calls('submit')).toEqual([]);
    expect(await fixture.attempts.read(attempt.accountId, attempt.reference)).toBeUndefined();
  });

  test('is what is sent; a number that is none is sent as null', async () => {
    const { attempt } = await fixture.admit('sent');
    await run(
      attempt,
      odd(Object.assign(Object.create(null), { prompt: 'a kettle', seed: Number.NaN }) as object),
    );
    expect(service.calls('submit')).toHaveLength(1);
  });

  test('is not asked for again once its attempt has begun', async () => {
    const { attempt } = await fixture.admit('begun');
    await fixture.attempts.begin(attempt);
    const accepted = { from: ['posting'], to: 'accepted', providerJobId: 'p1' } as const;
    await fixture.attempts.move(attempt.accountId, attempt.reference, accepted);
    expect(await run(attempt, throwing(new Error('no glossary')))).toMatchObject({ outcome: 'failed' });
  });

  test.each([true, false])(
    'is all that is sent, without the kind of the job (a sandbox: %s)',
    async (isSandbox) => {
      const { attempt } = await fixture.admit(`all of it ${String(isSandbox)}`);
      const model = { ...LOCAL_RENDER, isSandbox, toInput: odd({ prompt: 'a kettle' }) };
      const work = { kind: 'static_ad', model: model.name };
      const { input } = createModelInput([model]).of(attempt, work, NO_INPUTS);
      expect(input).toEqual({ prompt: 'a kettle' });
    },
  );
});
