import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createGenericProvider } from '../../activities/providers/generic/generic-provider.ts';
import type { Provider, ResultFile, SubmitResult } from '../../activities/providers/provider.ts';
import { attemptReferenceOf } from '../../domain/ids.ts';
import type { TestScenario } from '../../domain/work/job-request.ts';
import { startService, type RunningService } from '../model-service/running-service.ts';

/** By default a second, which a busy machine may need for what an idle one does at once. */
const PATIENT = { timeout: 10_000 } as const;
const SIGNAL = new AbortController().signal;
const STEM = 'abcdefghijklmnopqrstuvwxyz';

let service: RunningService;
let provider: Provider;
let outputs = 0;

beforeAll(async () => {
  service = await startService();
  provider = createGenericProvider({ name: 'local', baseUrl: service.url });
});

afterAll(async () => {
  await service.dispose();
});

type Attempt = { readonly reference: string; readonly submit: () => Promise<SubmitResult> };

/** Attempt `number` of an output; by default of a new output. */
function attempt(scenario: TestScenario, outputId = `out_${STEM}_${String(outputs++)}`, number = 1): Attempt {
  const reference = attemptReferenceOf({ accountId: 'acct_a', outputId, stage: 'render', number });
  const submission = {
    reference,
    model: 'local/render',
    input: { kind: 'static_ad', brief: { headline: 'A headline' }, test_scenario: scenario },
    deadlineSeconds: 60,
    webhookUrl: null,
  };
  return { reference, submit: () => provider.submit(submission, () => Promise.resolve(true), SIGNAL) };
}

async function accepted(scenario: TestScenario): Promise<string> {
  const result = await attempt(scenario).submit();
  if (result.outcome !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(result)}`);
  return result.providerJobId;
}

/** The first file of a job that has succeeded. */
async function fileOf(id: string): Promise<ResultFile> {
  const poll = await vi.waitUntil(async () => {
    const polled = await provider.poll(id, SIGNAL);
    return polled.state === 'succeeded' ? polled : null;
  }, PATIENT);
  expect(poll).toMatchObject({ billed: 'yes' });
  return poll.files[0]!;
}

async function submissionsOf(reference: string): Promise<unknown> {
  return (await fetch(`${service.url}/v1/stats?reference=${reference}`)).json();
}

describe('a job that succeeds', () => {
  it('is accepted, polled to its end, and fetched with the bytes it declared', async () => {
    const id = await accepted('ok');
    const fetched = await provider.fetchResult(await fileOf(id), SIGNAL);
    if (fetched.outcome !== 'opened') throw new Error(fetched.outcome);
    const content = Buffer.concat((await fetched.file.content.toArray()) as Buffer[]);
    expect(fetched.file.declared).toEqual({
      bytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
    });
    expect(await provider.cancel(id, SIGNAL)).toBe('too_late');
  });

  it('is found by its reference after its response was lost, and was submitted once', async () => {
    const { reference, submit } = attempt('unknown_outcome');
    expect(await submit()).toEqual({ outcome: 'unknown', mayArriveLater: false });
    const found = await provider.lookup(reference, SIGNAL);
    if (found.outcome !== 'found') throw new Error(found.outcome);
    await expect.poll(() => provider.poll(found.providerJobId, SIGNAL)).toMatchObject({ state: 'succeeded' });
    expect(await submissionsOf(reference)).toMatchObject({ accepted: 1, refused: 0 });
  });

  it('has a valid link after an expired one', async () => {
    const id = await accepted('expired_link_once');
    expect(await provider.fetchResult(await fileOf(id), SIGNAL)).toEqual({ outcome: 'link_expired' });
    const fetched = await provider.fetchResult(await fileOf(id), SIGNAL);
    expect(fetched.outcome).toBe('opened');
    if (fetched.outcome === 'opened') fetched.file.content.destroy();
  });
});

describe('a job of the service', () => {
  it('is identified by the reference in its record; an unknown job is not found', async () => {
    const { reference, submit } = attempt('ok');
    const submitted = await submit();
    if (submitted.outcome !== 'accepted') throw new Error(submitted.outcome);
    expect(await provider.identify(submitted.providerJobId, SIGNAL)).toEqual({ outcome: 'found', reference });
    expect(await provider.identify('pred_none', SIGNAL)).toEqual({ outcome: 'not_found' });
  });
});

describe('a job that cannot be looked up', () => {
  it('stays unknown, while one that was never submitted is not found', async () => {
    const { reference, submit } = attempt('unknown_outcome_lost');
    expect(await submit()).toEqual({ outcome: 'unknown', mayArriveLater: false });
    expect(await provider.lookup(reference, SIGNAL)).toEqual({ outcome: 'unknown' });
    expect(await provider.lookup('att_never_0_render_1', SIGNAL)).toEqual({ outcome: 'not_found' });
  });
});

describe('a submission that is refused', () => {
  it.each([
    ['fails_before_start', 'resubmit', null],
    ['moderated_input', 'moderated_input', null],
    ['unavailable_once', 'unavailable', null],
    ['rate_limited_once', 'capacity', 1_000],
  ] as const)('in the scenario %s is rejected as %s', async (scenario, errorClass, retryAfterMs) => {
    const { reference, submit } = attempt(scenario);
    expect(await submit()).toEqual({ outcome: 'rejected', errorClass, retryAfterMs });
    expect(await submissionsOf(reference)).toMatchObject({ accepted: 0, refused: 1 });
    expect(await provider.lookup(reference, SIGNAL)).toEqual({ outcome: 'not_found' });
  });

  it('is accepted at the next attempt if the service was unavailable once', async () => {
    const outputId = `out_${STEM}_499`;
    expect((await attempt('unavailable_once', outputId, 1).submit()).outcome).toBe('rejected');
    expect((await attempt('unavailable_once', outputId, 2).submit()).outcome).toBe('accepted');
  });
});

describe('a job that does not succeed', () => {
  it.each([
    ['fails_after_start', { state: 'failed', reason: 'failed', errorClass: 'retry_same_job', billed: 'no' }],
    [
      'moderated_output',
      { state: 'failed', reason: 'failed', errorClass: 'moderated_output', billed: 'yes' },
    ],
    ['zero_outputs', { state: 'failed', reason: 'zero_outputs', billed: 'yes' }],
  ] as const)('in the scenario %s ends as failed', async (scenario, expected) => {
    const id = await accepted(scenario);
    await expect.poll(() => provider.poll(id, SIGNAL)).toMatchObject(expected);
  });

  it.each([
    ['never_starts', 'queued'],
    ['never_finishes', 'running'],
  ] as const)('in the scenario %s is %s until it is canceled', async (scenario, state) => {
    const id = await accepted(scenario);
    expect(await provider.poll(id, SIGNAL)).toMatchObject({ state });
    expect(await provider.cancel(id, SIGNAL)).toBe('stopped');
    expect(await provider.poll(id, SIGNAL)).toMatchObject({ state: 'canceled', billed: 'no' });
    expect(await provider.cancel(id, SIGNAL)).toBe('too_late');
  });
});
