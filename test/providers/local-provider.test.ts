import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLocalProvider } from '../../activities/providers/local-provider.ts';
import type { Provider, SubmitResult } from '../../activities/providers/provider.ts';
import { attemptReferenceOf } from '../../domain/ids.ts';
import type { TestScenario } from '../../domain/job-request.ts';
import { startService, type RunningService } from '../model-service/running-service.ts';

const SIGNAL = new AbortController().signal;
const STEM = 'abcdefghijklmnopqrstuvwxyz';

let service: RunningService;
let provider: Provider;
let outputs = 0;

beforeAll(async () => {
  service = await startService();
  provider = createLocalProvider({ baseUrl: service.url });
});

afterAll(async () => {
  await service.dispose();
});

type Attempt = { readonly reference: string; readonly submit: () => Promise<SubmitResult> };

/** Attempt number `number` of an output; a new output unless one is named. */
function attempt(scenario: TestScenario, outputId = `out_${STEM}_${String(outputs++)}`, number = 1): Attempt {
  const key = { outputId, stage: 'render', number };
  const reference = attemptReferenceOf(key);
  const work = { kind: 'static_ad', brief: { headline: 'A headline' }, test_scenario: scenario } as const;
  const input = { key, reference, work, part: null, deadlineSeconds: 60 };
  return { reference, submit: () => provider.submit(input, () => Promise.resolve(true), SIGNAL) };
}

async function accepted(scenario: TestScenario): Promise<string> {
  const result = await attempt(scenario).submit();
  if (result.outcome !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(result)}`);
  return result.providerJobId;
}

async function submissionsOf(reference: string): Promise<unknown> {
  return (await fetch(`${service.url}/v1/stats?reference=${reference}`)).json();
}

describe('a job that succeeds', () => {
  it('is accepted, polled to its end, and collected with the bytes it declared', async () => {
    const id = await accepted('ok');
    await expect.poll(() => provider.poll(id, SIGNAL)).toMatchObject({ state: 'succeeded', billed: 'yes' });
    const collected = await provider.collect(id, SIGNAL);
    if (collected.outcome !== 'files') throw new Error(collected.outcome);
    const [file] = collected.files;
    const content = Buffer.concat((await file?.content.toArray()) ?? []);
    expect(file).toMatchObject({ contentType: 'image/png', declaredBytes: content.length });
    expect(file?.declaredSha256).toBe(createHash('sha256').update(content).digest('hex'));
    expect(await provider.cancel(id, SIGNAL)).toBe('too_late');
  });

  it('is found by its reference when the answer was lost, and was submitted once', async () => {
    const { reference, submit } = attempt('unknown_outcome');
    expect(await submit()).toEqual({ outcome: 'unknown' });
    const found = await provider.lookup(reference, SIGNAL);
    if (found.outcome !== 'found') throw new Error(found.outcome);
    await expect.poll(() => provider.poll(found.providerJobId, SIGNAL)).toMatchObject({ state: 'succeeded' });
    expect(await submissionsOf(reference)).toMatchObject({ accepted: 1, refused: 0 });
  });

  it('gives a good link after an expired one', async () => {
    const id = await accepted('expired_link_once');
    await expect.poll(() => provider.poll(id, SIGNAL)).toMatchObject({ state: 'succeeded' });
    expect(await provider.collect(id, SIGNAL)).toEqual({ outcome: 'link_expired' });
    const collected = await provider.collect(id, SIGNAL);
    expect(collected.outcome).toBe('files');
    if (collected.outcome === 'files') for (const { content } of collected.files) content.destroy();
  });
});

describe('a job of the service', () => {
  it('is told to be whose it is, by its own record', async () => {
    const { reference, submit } = attempt('ok');
    const submitted = await submit();
    if (submitted.outcome !== 'accepted') throw new Error(submitted.outcome);
    expect(await provider.identify(submitted.providerJobId, SIGNAL)).toEqual({ outcome: 'found', reference });
    expect(await provider.identify('pred_none', SIGNAL)).toEqual({ outcome: 'not_found' });
  });
});

describe('a job that cannot be looked up', () => {
  it('stays unknown, where one that was never submitted is not found', async () => {
    const { reference, submit } = attempt('unknown_outcome_lost');
    expect(await submit()).toEqual({ outcome: 'unknown' });
    expect(await provider.lookup(reference, SIGNAL)).toEqual({ outcome: 'unknown' });
    expect(await provider.lookup('att_never_0_render_1', SIGNAL)).toEqual({ outcome: 'not_found' });
  });
});

describe('a submission that is refused', () => {
  it.each([
    ['fails_before_start', 'capacity', null],
    ['moderated_input', 'moderated_input', null],
    ['unavailable_once', 'resubmit', null],
    ['rate_limited_once', 'capacity', 1_000],
  ] as const)('%s is rejected as %s', async (scenario, errorClass, retryAfterMs) => {
    const { reference, submit } = attempt(scenario);
    expect(await submit()).toEqual({ outcome: 'rejected', errorClass, retryAfterMs });
    expect(await submissionsOf(reference)).toMatchObject({ accepted: 0, refused: 1 });
    expect(await provider.lookup(reference, SIGNAL)).toEqual({ outcome: 'not_found' });
  });

  it('is accepted at the next attempt when the service was unavailable once', async () => {
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
  ] as const)('%s ends failed', async (scenario, expected) => {
    const id = await accepted(scenario);
    await expect.poll(() => provider.poll(id, SIGNAL)).toMatchObject(expected);
  });

  it('has nothing to collect when it made nothing, and not yet anything while it runs', async () => {
    const empty = await accepted('zero_outputs');
    await expect.poll(() => provider.collect(empty, SIGNAL)).toEqual({ outcome: 'zero_outputs' });
    const hanging = await accepted('never_finishes');
    expect((await provider.collect(hanging, SIGNAL)).outcome).toBe('unavailable');
    expect(await provider.cancel(hanging, SIGNAL)).toBe('stopped');
  });

  it.each([
    ['never_starts', 'queued'],
    ['never_finishes', 'running'],
  ] as const)('%s is %s until it is cancelled', async (scenario, state) => {
    const id = await accepted(scenario);
    expect(await provider.poll(id, SIGNAL)).toMatchObject({ state });
    expect(await provider.cancel(id, SIGNAL)).toBe('stopped');
    expect(await provider.poll(id, SIGNAL)).toMatchObject({ state: 'canceled', billed: 'no' });
    expect(await provider.cancel(id, SIGNAL)).toBe('too_late');
  });
});

describe('a webhook', () => {
  it('is a hint that names the job, and never verified', () => {
    const body = Buffer.from(JSON.stringify({ id: 'pred_1', status: 'succeeded' }));
    expect(provider.parseWebhook(body, {})).toEqual({
      isVerified: false,
      providerJobId: 'pred_1',
      eventId: null,
    });
    const nonsense = { isVerified: false, providerJobId: null, eventId: null };
    expect(provider.parseWebhook(Buffer.from('nonsense'), {})).toEqual(nonsense);
  });
});
