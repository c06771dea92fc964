import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jobIdOf } from '../../../contract/derived-ids.ts';
import { expectProblem, STATIC_AD, type ApiFixture, type TestAccount } from '../api-fixture.ts';
import { createApiWithWorker } from '../api-with-worker.ts';
import { deliver, fail } from '../job-ending.ts';

const TASK_QUEUE = 'api-submit';

let api: ApiFixture;
let account: TestAccount;
beforeAll(async () => {
  api = await createApiWithWorker(TASK_QUEUE);
  account = await api.openAccount();
});
afterAll(() => api.close());

const submit = (key: string, body: unknown, headers: Record<string, string> = {}, as = account) =>
  api.call('/v1/jobs', { key: as.key, body, headers: { 'Idempotency-Key': key, ...headers } });
const TO_THE_END = { Prefer: 'wait=30' };
const cancel = (jobId: string, key?: string) =>
  api.call(`/v1/jobs/${jobId}/cancel`, {
    method: 'POST',
    key: account.key,
    headers: key === undefined ? {} : { 'Idempotency-Key': key },
  });

describe('a submission', () => {
  it('is a 202 with its quoted price, its id and its Location', async () => {
    const as = await api.openAccount();
    const answer = await submit('first', STATIC_AD, {}, as);
    const jobId = jobIdOf(as.accountId, 'first');
    expect([answer.status, answer.headers.get('location'), answer.headers.has('retry-after')]).toEqual([
      202,
      `/v1/jobs/${jobId}`,
      true,
    ]);
    expect(answer.headers.has('idempotent-replayed')).toBe(false);
    expect(answer.json()).toMatchObject({ id: jobId, billing: { quoted: 35 }, metadata: {} });
  });

  it('with Prefer: wait returns the job once it has ended', async () => {
    const answer = await submit('waits', STATIC_AD, TO_THE_END);
    expect([answer.status, answer.headers.get('preference-applied')]).toEqual([200, 'wait=30']);
    expect(answer.json()).toMatchObject({ state: 'succeeded', billing: { committed: 35 } });
  });

  it('whose wait is over before the job ends is a 202', async () => {
    const answer = await submit(
      'slow',
      { ...STATIC_AD, test_scenario: 'never_finishes' },
      { Prefer: 'wait=1' },
    );
    expect(answer.status).toBe(202);
    await cancel(answer.json<{ id: string }>().id);
  });

  it('repeated under its key after the end returns the same job', async () => {
    const first = await submit('again', STATIC_AD, TO_THE_END);
    const body = { brief: { headline: 'A kettle' }, kind: 'static_ad' };
    const second = await submit('again', body);
    expect([second.status, second.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
    expect(second.json()).toEqual(first.json());
  });

  it('with another body under its key is refused with the id of the first job', async () => {
    const first = await submit('other', STATIC_AD);
    const problem = expectProblem(
      await submit('other', { ...STATIC_AD, variations: 1 }),
      422,
      'idempotency_key_reused',
    );
    expect(problem['job_id']).toBe(first.json<{ id: string }>().id);
  });

  it('that comes fifty times at once, half of them with another body, is one job', async () => {
    const as = await api.openAccount();
    const bodies = [STATIC_AD, { ...STATIC_AD, brief: { headline: 'A teapot' } }];
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => submit('burst', bodies[index % 2], {}, as)),
    );
    const ids = answers.map((answer) => answer.json<{ id?: string; job_id?: string }>());
    expect(new Set(ids.map(({ id, job_id }) => id ?? job_id))).toEqual(
      new Set([jobIdOf(as.accountId, 'burst')]),
    );
    expect(answers.filter((answer) => answer.status === 422)).toHaveLength(25);
    const taken = answers.filter((answer) => answer.status < 300);
    expect(taken).toHaveLength(25);
    expect(taken.filter((answer) => !answer.headers.has('idempotent-replayed'))).toHaveLength(1);
    const balance = (await api.call('/v1/balance', { key: as.key })).json();
    expect(balance).toMatchObject({ available: 965 });
  });

  it('of two accounts under one key is two jobs', async () => {
    const as = await api.openAccount();
    const ids = [await submit('mine', STATIC_AD), await submit('mine', STATIC_AD, {}, as)];
    expect(new Set(ids.map((answer) => answer.json<{ id: string }>().id)).size).toBe(2);
  });

  it('that is invalid leaves its key free', async () => {
    expectProblem(await submit('mended', { kind: 'static_ad', brief: {} }), 400, 'invalid_request');
    expect((await submit('mended', STATIC_AD)).status).toBe(202);
  });
});

describe('a refusal by admission', () => {
  it('of a job beyond the balance says what is missing, and again at a replay', async () => {
    const as = await api.openAccount();
    const dear = { kind: 'video_ad', brief: { headline: 'x' }, quality: 'high', duration_seconds: 60 };
    await submit(
      'cheap',
      { ...dear, quality: 'draft', duration_seconds: 15, test_scenario: 'never_finishes' },
      {},
      as,
    );
    const first = await submit('dear', dear, {}, as);
    expect(expectProblem(first, 402, 'insufficient_credits')).toMatchObject({
      required: 900,
      available: 500,
      reserved: 500,
      billed: 'no',
      retryable: false,
    });
    const again = await submit('dear', dear, {}, as);
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([402, 'true']);
    expect(again.json()).toMatchObject({ required: 900, available: 500, reserved: 500 });
    await api.call(`/v1/jobs/${jobIdOf(as.accountId, 'cheap')}/cancel`, {
      method: 'POST',
      key: as.key,
      headers: { 'Idempotency-Key': 'c' },
    });
  });

  it('of a job above its max_credits names the price, and a job at it is admitted', async () => {
    const problem = expectProblem(
      await submit('max', { ...STATIC_AD, max_credits: 34 }),
      409,
      'price_changed',
    );
    expect(problem).toMatchObject({ required: 35, billed: 'no' });
    expect((await submit('max-ok', { ...STATIC_AD, max_credits: 35 })).status).toBe(202);
  });

  it('meets a quote of another body and a quote that has expired', async () => {
    const quote = async (body: object) =>
      (await api.call('/v1/quotes', { key: account.key, body })).json<{ id: string }>().id;
    const quoteId = await quote(STATIC_AD);
    const other = { ...STATIC_AD, brief: { headline: 'Another' }, quote_id: quoteId };
    expectProblem(await submit('other-body', other), 409, 'price_changed');
    expect((await submit('quoted', { ...STATIC_AD, metadata: { a: 'b' }, quote_id: quoteId })).status).toBe(
      202,
    );

    await api.owner.query('UPDATE jobs.quotes SET expires_at = now() - interval $$1 second$$');
    expectProblem(await submit('expired', { ...STATIC_AD, quote_id: quoteId }), 409, 'price_changed');
  });

  it('of a quote that was never given leaves the key free', async () => {
    const body = { ...STATIC_AD, quote_id: 'quote_none' };
    expectProblem(await submit('no-quote', body), 404, 'not_found');
    expect((await submit('no-quote', STATIC_AD)).status).toBe(202);
  });

  it('of a job identical to a stuck one names that job, and with force it is admitted', async () => {
    const as = await api.openAccount();
    const twin = { ...STATIC_AD, brief: { headline: 'Twin' }, test_scenario: 'never_finishes' };
    const stuck = (await submit('stuck', twin, {}, as)).json<{ id: string }>().id;
    await expect
      .poll(async () => (await api.call(`/v1/jobs/${stuck}`, { key: as.key })).json())
      .toMatchObject({ state: 'running' });
    await api.worker.query('SELECT jobs.mark_stuck($1, $2, $3)', [
      as.accountId,
      stuck,
      `out_${stuck.slice(4)}_0`,
    ]);
    const problem = expectProblem(
      await submit('twin', { ...twin, metadata: { a: 'b' } }, {}, as),
      409,
      'job_in_doubt',
    );
    expect(problem).toMatchObject({ job_id: stuck, links: { job: `/v1/jobs/${stuck}` } });
    const forced = await submit('forced', { ...twin, force: true }, {}, as);
    expect(forced.status).toBe(202);
    for (const jobId of [stuck, forced.json<{ id: string }>().id]) {
      await api.call(`/v1/jobs/${jobId}/cancel`, {
        method: 'POST',
        key: as.key,
        headers: { 'Idempotency-Key': 'c' },
      });
    }
  });
});

/** An admitted job whose workflow is told of a cancel, and never comes to it. */
async function admitUnheard(key: string): Promise<string> {
  const { jobId } = await api.admitJob(account.accountId, key);
  await api.client.workflow.start('generation', { workflowId: jobId, taskQueue: 'nobody-listens', args: [] });
  return jobId;
}

describe('a cancel', () => {
  it('of a running job returns its credits, and may be repeated', async () => {
    const running = await submit('cancel-me', { ...STATIC_AD, test_scenario: 'never_finishes' });
    const { id } = running.json<{ id: string }>();
    expect((await cancel(id, 'c')).status).toBe(202);
    await expect
      .poll(async () => (await api.call(`/v1/jobs/${id}`, { key: account.key })).json(), { timeout: 40_000 })
      .toMatchObject({ state: 'canceled', billing: { returned: 35, committed: 0 } });
    for (const key of ['c', 'd', undefined]) expect((await cancel(id, key)).status).toBe(202);
  });

  it('of a job that was delivered is a 409 with billed yes', async () => {
    const done = await submit('done', STATIC_AD, TO_THE_END);
    const problem = expectProblem(await cancel(done.json<{ id: string }>().id), 409, 'state_conflict');
    expect(problem).toMatchObject({ billed: 'yes', job_id: done.json<{ id: string }>().id });
  });

  it('needs no Idempotency-Key', async () => {
    const running = await submit('cancel-without-key', { ...STATIC_AD, test_scenario: 'never_finishes' });
    const { id } = running.json<{ id: string }>();
    expect((await cancel(id)).status).toBe(202);
    await expect
      .poll(async () => (await api.call(`/v1/jobs/${id}`, { key: account.key })).json(), { timeout: 40_000 })
      .toMatchObject({ state: 'canceled' });
    expect((await cancel(id)).status).toBe(202);
  });

  it('repeated under its key is a 202, although the job has been delivered since', async () => {
    const jobId = await admitUnheard('cancel-comes-late');
    const other = await admitUnheard('cancel-of-another');
    const first = await cancel(jobId, 'kept');
    expect([first.status, first.headers.has('idempotent-replayed')]).toEqual([202, false]);
    // The key belongs to the cancel of one job: no cancel is refused because of another.
    const ofAnother = await cancel(other, 'kept');
    expect([ofAnother.status, ofAnother.headers.has('idempotent-replayed')]).toEqual([202, false]);
    await deliver(api, account.accountId, jobId, Buffer.from('x'));
    const again = await cancel(jobId, 'kept');
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([202, 'true']);
    expect(again.json()).toMatchObject({ id: jobId, state: 'succeeded' });
    // Another key, or none, is another cancel: too late.
    expectProblem(await cancel(jobId, 'kept-2'), 409, 'state_conflict');
    expectProblem(await cancel(jobId, 'kept-2'), 409, 'state_conflict');
    await fail(api, account.accountId, other);
  });

  it.each(['ä', 'x'.repeat(256)])('with an invalid Idempotency-Key is a 400: %j', async (key) => {
    const { jobId } = await api.admitJob(account.accountId, 'no-such-key');
    expectProblem(await cancel(jobId, key), 400, 'invalid_request');
    await fail(api, account.accountId, jobId);
  });

  it('with a field in its body is a 400', async () => {
    const { jobId } = await api.admitJob(account.accountId, 'no-workflow');
    const path = `/v1/jobs/${jobId}/cancel`;
    const withBody = await api.call(path, {
      key: account.key,
      body: { why: 1 },
      headers: { 'Idempotency-Key': 'c' },
    });
    expectProblem(withBody, 400, 'invalid_request');
  });
});

describe('a submission whose workflow was terminated before it was admitted', () => {
  it('is a 409 with billed unknown, and a 202 once its admission is on record', async () => {
    const jobId = jobIdOf(account.accountId, 'ended-outside');
    // Someone ends the workflow before any worker saw it.
    const handle = await api.client.workflow.start('generation', {
      workflowId: jobId,
      taskQueue: 'nobody-listens',
      args: [],
    });
    await handle.terminate();
    const problem = expectProblem(await submit('ended-outside', STATIC_AD), 409, 'state_conflict');
    expect(problem['billed']).toBe('unknown');

    await api.admitJob(account.accountId, 'ended-outside');
    const replayed = await submit('ended-outside', STATIC_AD);
    expect([replayed.status, replayed.headers.get('idempotent-replayed')]).toEqual([202, 'true']);
  });
});
