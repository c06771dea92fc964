import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json, StackInUse } from './running-stack.ts';
import { leaseSharedStack } from './shared-stack.ts';

/** Long enough for a model that responds at once to be followed, short enough to wait for. */
const DEADLINE_SECONDS = 6;

let running: StackInUse;

beforeAll(async () => {
  running = await leaseSharedStack();
});
afterAll(async () => {
  await running.close();
});

async function submit(scenario: string, extra: object = {}) {
  const account = await running.openAccount();
  const { body } = await running.submit(account, {
    kind: 'static_ad',
    brief: { headline: randomUUID() },
    test_scenario: scenario,
    ...extra,
  });
  return { account, jobId: body.id as string };
}

type Submitted = Awaited<ReturnType<typeof submit>>;

const command = (
  { account, jobId }: Submitted,
  name: string,
  body: object = {},
  key: string = randomUUID(),
) =>
  running.call('POST', `/v1/jobs/${jobId}/${name}`, {
    account,
    body: { reason: 'a test', ...body },
    headers: { 'idempotency-key': key },
  });
const read = async ({ account, jobId }: Submitted): Promise<Json> =>
  (await running.call('GET', `/v1/jobs/${jobId}`, { account })).body;
const inspect = async ({ account, jobId }: Submitted): Promise<Json> =>
  (await running.call('GET', `/v1/jobs/${jobId}/inspect`, { account })).body;
const balance = async ({ account }: Submitted): Promise<Json> =>
  (await running.call('GET', '/v1/balance', { account })).body;
const attemptsOf = ({ jobId }: Submitted) =>
  running.rows<{ number: number; state: string; provider_job_id: string | null; reference: string }>(
    'SELECT number, state, provider_job_id, reference FROM jobs.attempts WHERE job_id = $1 ORDER BY number',
    [jobId],
  );

async function until<Found>(look: () => Promise<Found | undefined | false>): Promise<Found> {
  for (let tries = 0; tries < 600; tries++) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('it did not come about');
}

const untilAttempt = (job: Submitted, number: number, state: string) =>
  until(async () =>
    (await attemptsOf(job)).find((attempt) => attempt.number === number && attempt.state === state),
  );
const statusOf = async (providerJobId: string | null) => {
  const answer = await fetch(
    `${running.stack.info().model_service_url}/v1/predictions/${providerJobId ?? ''}`,
  );
  return ((await answer.json()) as { status: string }).status;
};
const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString();

async function endFromOutside({ jobId }: Submitted, how: 'terminated' | 'deleted'): Promise<void> {
  if (how === 'terminated') await running.temporal.workflow.getHandle(jobId).terminate('from outside');
  else
    await running.temporal.workflowService.deleteWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId: jobId },
    });
}

/** The provider's id of a submission, as its own page would show it. */
function providerJobIdOf(reference: string): string {
  const journal = path.join(running.home, 'model-service', 'predictions.jsonl');
  const line = readFileSync(journal, 'utf8')
    .split('\n')
    .find((text) => text.includes(reference));
  return /"id":"([^"]+)"/.exec(line ?? '')?.[1] ?? '';
}

describe.concurrent('release', () => {
  it('returns the credits at once, stops the model, and closes the workflow as it ended', async () => {
    const job = await submit('never_finishes');
    const { provider_job_id } = await untilAttempt(job, 1, 'accepted');
    const answer = await command(job, 'release');
    expect([answer.status, answer.body.state, answer.body.billing.returned]).toEqual([202, 'failed', 35]);
    await expect(running.temporal.workflow.getHandle(job.jobId).result()).rejects.toMatchObject({
      cause: { type: 'terminated' },
    });
    expect(await statusOf(provider_job_id)).toBe('canceled');
    expect(await balance(job)).toMatchObject({ available: 1_000, reserved: 0 });
    expect((await command(job, 'release')).body).toMatchObject({ status: 409, reason: 'job_ended' });
  });

  it.each(['terminated', 'deleted'] as const)(
    'of a job whose workflow was %s returns the credits at once, and the model service stops working on it',
    async (how) => {
      const job = await submit('never_finishes');
      const { provider_job_id } = await untilAttempt(job, 1, 'accepted');
      await endFromOutside(job, how);
      expect((await command(job, 'release')).status).toBe(202);
      expect(await balance(job)).toMatchObject({ available: 1_000, reserved: 0 });
      await until(async () => (await statusOf(provider_job_id)) === 'canceled');
      const stopped = await until(async () => {
        const [attempt] = (await inspect(job)).outputs[0].attempts;
        return attempt.stopping_since === null && attempt;
      });
      expect(stopped).toMatchObject({ state: 'fenced', provider_job_id });
    },
  );
});

describe.concurrent('the customer’s cancel', () => {
  it.each(['terminated', 'deleted'] as const)(
    'of a job whose workflow was %s ends it, returns its credits and stops the model',
    async (how) => {
      const job = await submit('never_finishes');
      const { provider_job_id } = await untilAttempt(job, 1, 'accepted');
      await endFromOutside(job, how);
      const canceled = await running.call('POST', `/v1/jobs/${job.jobId}/cancel`, { account: job.account });
      expect(canceled).toMatchObject({
        status: 202,
        body: {
          state: 'canceled',
          failure: { code: 'canceled', at_fault: 'us' },
          billing: { returned: 35, reserved: 0 },
        },
      });
      expect(await balance(job)).toMatchObject({ available: 1_000, reserved: 0 });
      await until(async () => (await statusOf(provider_job_id)) === 'canceled');
      const again = await running.call('POST', `/v1/jobs/${job.jobId}/cancel`, { account: job.account });
      expect(again).toMatchObject({ status: 202, body: { state: 'canceled' } });
    },
  );
});

describe.concurrent('extend', () => {
  it('lets a slow job deliver that would have been stopped otherwise', async () => {
    const job = await submit('slow', { deadline_seconds: 4 });
    const until = inSeconds(60);
    const answer = await command(job, 'extend', { until }, 'extend');
    expect([answer.status, answer.body.returned_automatically_by]).toEqual([202, until]);
    expect((await command(job, 'extend', { until }, 'extend')).headers.get('idempotent-replayed')).toBe(
      'true',
    );
    expect(await running.untilEnded(job.account, job.jobId)).toMatchObject({
      state: 'succeeded',
      billing: { committed: 35, returned: 0 },
    });
    expect(await running.submissionsOf(job.jobId)).toBe(1);
    const handle = running.temporal.workflow.getHandle(job.jobId);
    await handle.result();
    const attributes = (await handle.describe()).typedSearchAttributes.getAll().map(({ key }) => key.name);
    expect(attributes).toContain('HoldfastStuckSince');
    // It was stuck, and is not any more.
    expect(attributes).not.toContain('HoldfastState');
  });

  it('holds until the new instant and not longer, for the reconciler too', async () => {
    const job = await submit('never_finishes', { deadline_seconds: DEADLINE_SECONDS });
    const until = Date.now() + 2 * DEADLINE_SECONDS * 1_000;
    expect((await command(job, 'extend', { until: new Date(until).toISOString() })).status).toBe(202);
    const ended = await running.untilEnded(job.account, job.jobId);
    expect(ended).toMatchObject({ state: 'failed', failure: { code: 'run_deadline' } });
    expect(Date.parse(ended.finished_at as string)).toBeGreaterThanOrEqual(until - 1_000);
    expect((await command(job, 'extend', { until: inSeconds(60) })).body).toMatchObject({
      reason: 'job_ended',
    });
  });
});

describe.concurrent('restart', () => {
  it('makes a new attempt, stops the old one, and charges once', async () => {
    const job = await submit('slow');
    const first = await untilAttempt(job, 1, 'accepted');
    const answer = await command(job, 'restart', { from_attempt: 1 }, 'restart');
    expect(answer.status).toBe(202);
    expect((await command(job, 'restart', { from_attempt: 1 }, 'restart')).status).toBe(202);
    expect((await command(job, 'restart', { from_attempt: 1 })).body).toMatchObject({
      reason: 'attempt_replaced',
    });
    expect(await running.untilEnded(job.account, job.jobId)).toMatchObject({
      state: 'succeeded',
      billing: { committed: 35 },
      outputs: [{ attempts: 2 }],
    });
    expect(await attemptsOf(job)).toMatchObject([{ state: 'replaced' }, { state: 'collected' }]);
    expect(await statusOf(first.provider_job_id)).toBe('canceled');
    expect(await running.submissionsOf(job.jobId)).toBe(2);
    expect(await balance(job)).toMatchObject({ available: 965, reserved: 0 });
  });

  it('gives a stuck job its whole time again', async () => {
    // Stuck at three quarters of it, and until its end only.
    const deadlineSeconds = 2 * DEADLINE_SECONDS;
    const job = await submit('never_finishes', { deadline_seconds: deadlineSeconds });
    await until(async () => (await read(job)).state === 'stuck');
    const restartedAt = Date.now();
    const { body } = await command(job, 'restart', { from_attempt: 1 });
    expect(body.state).toBe('stuck');
    const returnBy = Date.parse(body.returned_automatically_by as string);
    expect(returnBy).toBeGreaterThanOrEqual(restartedAt + deadlineSeconds * 1_000 - 1_000);
    const ended = await running.untilEnded(job.account, job.jobId);
    expect(Date.parse(ended.finished_at as string)).toBeGreaterThanOrEqual(returnBy - 1_000);
    expect(ended).toMatchObject({ failure: { code: 'run_deadline' }, outputs: [{ attempts: 2 }] });
  });
});

describe.concurrent('an unknown attempt', () => {
  it('is not restarted; resolved as run, with the provider’s id, it is collected and charged', async () => {
    const job = await submit('unknown_outcome_lost');
    const { reference } = await untilAttempt(job, 1, 'unknown');
    expect((await command(job, 'restart', { from_attempt: 1 })).body).toMatchObject({
      reason: 'attempt_unknown',
    });
    const asked = await command(job, 'resolve', { outcome: 'ran' }, 'asked');
    expect(asked.body).toMatchObject({ status: 409, reason: 'provider_does_not_say' });
    expect(asked.headers.has('idempotent-replayed')).toBe(false);
    const again = await command(job, 'resolve', { outcome: 'ran' }, 'asked');
    expect(again.body).toMatchObject({ reason: 'provider_does_not_say' });
    expect(again.headers.get('idempotent-replayed')).toBe('true');

    const provider_job_id = providerJobIdOf(reference);
    expect((await command(job, 'resolve', { outcome: 'ran', provider_job_id })).status).toBe(202);
    expect(await running.untilEnded(job.account, job.jobId)).toMatchObject({
      state: 'succeeded',
      billing: { committed: 35 },
    });
    expect(await running.submissionsOf(job.jobId)).toBe(1);
  });

  it('resolved as run with the provider’s id of another customer’s job delivers and charges nothing', async () => {
    const another = await submit('ok');
    await running.untilEnded(another.account, another.jobId);
    const [delivered] = await attemptsOf(another);
    const job = await submit('unknown_outcome_lost');
    const { reference } = await untilAttempt(job, 1, 'unknown');
    const provider_job_id = delivered?.provider_job_id ?? '';
    const refused = await command(job, 'resolve', { outcome: 'ran', provider_job_id }, 'anothers');
    expect(refused.body).toMatchObject({ status: 409, reason: 'provider_job_of_another' });
    const unknown = await command(job, 'resolve', { outcome: 'ran', provider_job_id: 'pred_none' }, 'none');
    expect(unknown.body).toMatchObject({ status: 409, reason: 'not_found_at_provider' });
    expect(await attemptsOf(job)).toMatchObject([{ state: 'unknown', provider_job_id: null, reference }]);
    await command(job, 'release', {});
    expect(await running.untilEnded(job.account, job.jobId)).toMatchObject({ billing: { committed: 0 } });
  });

  it('resolved as not run is submitted again under the next number', async () => {
    const job = await submit('unknown_outcome_lost');
    const { reference } = await untilAttempt(job, 1, 'unknown');
    expect((await command(job, 'resolve', { outcome: 'did_not_run', attempt: reference })).status).toBe(202);
    await untilAttempt(job, 2, 'unknown');
    expect(await attemptsOf(job)).toMatchObject([{ state: 'rejected' }, { state: 'unknown' }]);
    expect((await command(job, 'resolve', { outcome: 'did_not_run', attempt: 1 })).body).toMatchObject({
      reason: 'attempt_known',
    });
    expect((await command(job, 'release')).body).toMatchObject({ state: 'failed' });
  });
});

describe.concurrent('the buttons of Temporal UI', () => {
  const by = { actor: 'ann', reason: 'from the UI' };

  it('refuse wrong commands, apply right ones by the same function, and record who and why', async () => {
    const job = await submit('never_finishes');
    await untilAttempt(job, 1, 'accepted');
    const handle = running.temporal.workflow.getHandle(job.jobId);
    for (const [name, args, words] of [
      ['release', {}, /Say actor/],
      ['release', { ...by, actor: '\u3164' }, /Say actor/],
      ['release', { ...by, reason: '\u200B' }, /Say reason/],
      ['extend', { ...by, until: 'soon' }, /until is a time/],
      ['extend', { ...by, until: inSeconds(1) }, /no earlier/],
      ['extend', { ...by, until: inSeconds(9 * 86_400) }, /a week/],
      ['restart', { ...by, from_attempt: 7 }, /is over/],
      ['resolve', { ...by, outcome: 'perhaps' }, /"ran" or/],
      ['resolve', { ...by, outcome: 'ran' }, /No attempt/],
    ] as const) {
      await expect(handle.executeUpdate(name, { args: [args] })).rejects.toMatchObject({
        cause: { message: expect.stringMatching(words) },
      });
    }
    expect((await inspect(job)).actions).toEqual([]);

    const until = inSeconds(3_600);
    expect(await handle.executeUpdate('extend', { args: [{ ...by, until }] })).toMatchObject({
      outcome: 'done',
    });
    await handle.executeUpdate('restart', { args: [{ ...by, from_attempt: 1 }] });
    await untilAttempt(job, 2, 'accepted');
    await handle.executeUpdate('release', { args: [by] });
    await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'terminated' } });
    expect(await read(job)).toMatchObject({ state: 'failed', billing: { returned: 35 } });
    expect((await inspect(job)).actions).toMatchObject([
      { action: 'extend_job', actor: 'ann', reason: 'from the UI' },
      { action: 'restart_job', detail: { attempt: expect.stringMatching(/_1$/) } },
      { action: 'release_job' },
    ]);
  });
});

describe.concurrent('a job that is stuck', () => {
  it('is shown as stuck everywhere, blocks an identical job unless forced, and admits it once it has ended', async () => {
    const job = await submit('never_finishes', { deadline_seconds: 8 });
    // Stuck in 6 s, and for as long as the rest takes.
    expect((await command(job, 'extend', { until: inSeconds(600) })).status).toBe(202);
    await until(async () => (await read(job)).state === 'stuck');
    expect(await balance(job)).toMatchObject({ available: 965, reserved: 35 });
    const { body: events } = await running.call('GET', `/v1/jobs/${job.jobId}/events?after=0`, job);
    expect((events.data as Json[]).map((event) => event.type)).toContain('job.stuck');
    const attributes = await until(async () => {
      const { typedSearchAttributes } = await running.temporal.workflow.getHandle(job.jobId).describe();
      const found = Object.fromEntries(
        typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value] as const),
      );
      return 'HoldfastStuckSince' in found && found;
    });
    expect(attributes).toMatchObject({ HoldfastState: 'stuck', HoldfastStuckSince: expect.any(Date) });

    const [row] = await running.rows<{ request: object }>(
      'SELECT request FROM jobs.admissions WHERE job_id = $1',
      [job.jobId],
    );
    const refused = await running.submit(job.account, row?.request ?? {});
    expect(refused.body).toMatchObject({ status: 409, code: 'job_in_doubt', job_id: job.jobId });
    const forced = await running.submit(job.account, { ...row?.request, force: true });
    expect(forced.status).toBe(202);
    await command(job, 'release');
    await command({ ...job, jobId: forced.body.id as string }, 'release');
    const after = await running.submit(job.account, row?.request ?? {});
    expect(after.status).toBe(202);
    await command({ ...job, jobId: after.body.id as string }, 'release');
    expect(await balance(job)).toMatchObject({ available: 1_000, reserved: 0 });
  });
});

it('leaves nothing for reconcile to find', async () => {
  expect(await running.reconcile()).toEqual([]);
});
