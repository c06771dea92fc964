import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attemptReferenceOf, outputIdOf } from '../../domain/ids.ts';
import { jobIdOf } from '../../contract/derived-ids.ts';
import { partNameOf, partsOf } from '../../domain/work/stages.ts';
import { startRunningStack, type Json, type RunningStack } from './running-stack.ts';
import { FILM_STAGES } from '../harness/superscale.ts';

const VIDEO = {
  kind: 'video_ad',
  duration_seconds: 15,
  quality: 'draft',
  brief: { headline: 'In six stages' },
} as const;
const CREDITS = 500;

/** Long enough for a poll to see each part run. */
const STAGE_MS = 250;

/** Parts of all stages, as attempt rows name them. */
const PARTS = FILM_STAGES.flatMap(partsOf).map(partNameOf);

/** Events of a plain video's history (the issue that asked for stages). */
const MAX_EVENTS = 90;

/** temporal.api.enums.v1.EventType. */
const WORKFLOW_TASK_SCHEDULED = 5;
const ACTIVITY_TASK_COMPLETED = 12;

type AttemptRow = {
  stage: string;
  number: number;
  state: string;
  cost: string | null;
  sha256: string | null;
};

let running: RunningStack;

beforeAll(async () => {
  running = await startRunningStack(STAGE_MS);
});

afterAll(async () => {
  expect(await running.reconcile()).toEqual([]);
  await running.close();
});

const attemptsOf = (jobId: string) =>
  running.rows<AttemptRow>(
    'SELECT stage, number, state, cost, sha256 FROM jobs.attempts WHERE job_id = $1 ORDER BY posted_at, stage, number',
    [jobId],
  );

const nameOf = (part: string) => part.split('_')[0];

/** A video whose references are known before it is submitted. */
async function newVideo() {
  const account = await running.openAccount();
  const key = randomUUID();
  const outputId = outputIdOf(jobIdOf(account, key), 0);
  return {
    account,
    submit: (more: object = {}) => running.submit(account, { ...VIDEO, ...more }, { key }),
    /** Makes one attempt at a part end like that. */
    plant: async (stage: string, number: number, fault: string): Promise<void> => {
      const reference = attemptReferenceOf({ accountId: account, outputId, stage, number });
      const answer = await fetch(`${running.stack.info().model_service_url}/v1/faults`, {
        method: 'POST',
        body: JSON.stringify({ reference, fault }),
      });
      expect(answer.status).toBe(201);
    },
  };
}

describe('a video', () => {
  let account: string;
  let job: Json;
  beforeAll(async () => {
    const video = await newVideo();
    account = video.account;
    const { body } = await video.submit();
    job = await running.untilEnded(account, body.id);
  });

  it('is made in six stages, each part with an attempt, a result and a cost of its own, under one reservation', async () => {
    expect(job).toMatchObject({
      state: 'succeeded',
      billing: { quoted: CREDITS, committed: CREDITS, returned: 0 },
      outputs: [{ attempts: 1, content_type: 'video/mp4', credits: CREDITS }],
    });

    const attempts = await attemptsOf(job.id);
    // Parts of one stage come in any order, stages in theirs.
    expect(attempts.map(({ stage }) => nameOf(stage))).toEqual(PARTS.map(nameOf));
    expect(attempts.map(({ stage }) => stage).sort()).toEqual([...PARTS].sort());
    expect(attempts.every(({ number, state }) => number === 1 && state === 'collected')).toBe(true);
    const costs = attempts.map(({ cost }) => Number(cost));
    expect(costs.every((cost) => cost > 0)).toBe(true);
    expect(costs.reduce((sum, cost) => sum + cost, 0)).toBeCloseTo(0.12, 6);
    expect(job.outputs[0].sha256).toBe(attempts.at(-1)?.sha256);
    expect(await running.submissionsOf(job.id)).toBe(PARTS.length);
    expect(await running.rows('SELECT 1 FROM ledger.reservations WHERE job_id = $1', [job.id])).toHaveLength(
      1,
    );
  });

  it(`has a history of at most ${String(MAX_EVENTS)} events`, async () => {
    const handle = running.temporal.workflow.getHandle(job.id as string);
    await handle.result();
    const events = (await handle.fetchHistory()).events ?? [];
    expect(events.length).toBeLessThanOrEqual(MAX_EVENTS);
    // Steps that end at once share a workflow task; were none to, each would have one of three events.
    const count = (type: number) => events.filter((event) => (event.eventType as number) === type).length;
    const unshared = count(ACTIVITY_TASK_COMPLETED) + 2 - count(WORKFLOW_TASK_SCHEDULED);
    expect(events.length + 3 * Math.max(0, unshared)).toBeLessThanOrEqual(MAX_EVENTS);
  });

  it('reports its stage and the share that is done, which never goes back', async () => {
    const { body: events } = await running.call('GET', `/v1/jobs/${job.id as string}/events?after=0`, {
      account,
    });
    const told = (events.data as { type: string; data: { stage: string; fraction: number } }[])
      .filter(({ type }) => type === 'job.progress')
      .map(({ data }) => data);
    expect([...new Set(told.map(({ stage }) => stage))]).toEqual(FILM_STAGES.map(({ name }) => name));
    const fractions = told.map(({ fraction }) => fraction);
    expect(fractions).toEqual([...fractions].sort((one, other) => one - other));
    // When the last stage begins, all but its own share is done.
    expect(told.find(({ stage }) => stage === 'render')?.fraction).toBeCloseTo(0.96, 5);
  });
});

describe.concurrent('a stage that fails', () => {
  it.each([
    ['script', 'fail'],
    ['scenes_2', 'succeed_empty'],
    ['voice', 'succeed_with_garbage'],
    ['render', 'fail_interrupted'],
  ])('alone is made again: %s, which does %s', async (part, fault) => {
    const { account, submit, plant } = await newVideo();
    await plant(part, 1, fault);
    const { body } = await submit();
    const job = await running.untilEnded(account, body.id);
    expect(job).toMatchObject({
      state: 'succeeded',
      billing: { committed: CREDITS },
      outputs: [{ attempts: 2 }],
    });

    const attempts = await attemptsOf(job.id);
    expect(attempts).toHaveLength(PARTS.length + 1);
    expect(attempts.filter(({ stage }) => stage === part)).toMatchObject([
      { number: 1, state: 'failed', sha256: null },
      { number: 2, state: 'collected' },
    ]);
    expect(await running.submissionsOf(job.id)).toBe(PARTS.length + 1);
  });

  it('fails the job when it keeps failing: credits return, and its parallel parts are stopped', async () => {
    const { account, submit, plant } = await newVideo();
    for (const number of [1, 2, 3]) await plant('motion_1', number, 'fail');
    await plant('motion_2', 1, 'never_finish');
    const { body } = await submit();
    const job = await running.untilEnded(account, body.id);
    expect(job).toMatchObject({
      state: 'failed',
      failure: { code: 'provider_failed', at_fault: 'provider' },
      billing: { committed: 0, returned: CREDITS },
      outputs: [{ attempts: 3 }],
    });
    const attempts = await attemptsOf(job.id);
    expect(attempts.some(({ stage }) => stage === 'voice')).toBe(false);
    expect(await statusAtService(account, body.id as string, 'motion_2', 1)).toBe('canceled');
  });
});

describe.concurrent('a video that is cancelled at a stage', () => {
  it.for(['scenes_3', 'render'])(
    '%s: it is stopped there, and all credits return',
    async (part, { expect }) => {
      const { account, submit, plant } = await newVideo();
      await plant(part, 1, 'never_finish');
      const { body } = await submit();
      await expect
        .poll(() => statusAtService(account, body.id as string, part, 1), { timeout: 30_000 })
        .toBe('processing');
      await running.call('POST', `/v1/jobs/${body.id as string}/cancel`, {
        account,
        headers: { 'idempotency-key': randomUUID() },
      });
      const job = await running.untilEnded(account, body.id);
      expect(job).toMatchObject({ state: 'canceled', billing: { committed: 0, returned: CREDITS } });
      expect(await statusAtService(account, body.id as string, part, 1)).toBe('canceled');
      // The results of earlier stages are kept for support, and are no outputs.
      expect(job.outputs).toMatchObject([{ sha256: null, attempts: 1 }]);
    },
  );
});

describe('a video whose workflow starts over', () => {
  it('after its third stage repeats none of the three', async () => {
    const { account, submit } = await newVideo();
    const { body } = await submit();
    await expect
      .poll(async () => (await attemptsOf(body.id)).some(({ stage }) => stage === 'voice'), {
        timeout: 30_000,
      })
      .toBe(true);
    await running.resetToFirstTask(body.id as string);
    const job = await running.untilEnded(account, body.id);
    expect(job).toMatchObject({
      state: 'succeeded',
      billing: { committed: CREDITS },
      outputs: [{ attempts: 1 }],
    });
    expect(await attemptsOf(job.id)).toHaveLength(PARTS.length);
    expect(await running.submissionsOf(job.id)).toBe(PARTS.length);
  });
});

/** The attempt as the model service shows it; undefined when it never had it. */
async function statusAtService(
  accountId: string,
  jobId: string,
  stage: string,
  number: number,
): Promise<string | undefined> {
  const reference = attemptReferenceOf({ accountId, outputId: outputIdOf(jobId, 0), stage, number });
  const answer = await fetch(
    `${running.stack.info().model_service_url}/v1/predictions?reference=${reference}`,
  );
  const { data } = (await answer.json()) as { data: { status: string }[] };
  return data[0]?.status;
}
