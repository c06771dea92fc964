import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { attemptReferenceOf } from '../../domain/ids.ts';
import { listenLocally } from '../harness/local-server.ts';
import { batchCalls, WINDOW } from './batch-calls.ts';
import type { Json, StackInUse } from './running-stack.ts';
import { leaseSharedStack } from './shared-stack.ts';

const PICTURE = readFileSync(new URL('../../model-service/prepared/picture.png', import.meta.url));
/** Of a batch of 500: enough that what is the same for all counts little. */
const LOOKED_AT = 64;
const POLL_MS = 100;

let running: StackInUse;
beforeAll(async () => {
  running = await leaseSharedStack();
});
afterEach(async () => {
  expect(await running.reconcile()).toEqual([]);
});
afterAll(async () => {
  await running.close();
});

const { ad, many, available, cancel, untilAccepted, untilTaken } = batchCalls(() => running);
const resultOf = (jobId: string) => running.temporal.workflow.getHandle(jobId).result();
const statesOf = (job: Json) => (job.outputs as Json[]).map((output) => output.state as string);

/** A customer's server with one picture on it, and how often it was asked. */
async function servePicture() {
  let times = 0;
  const server = createServer((_request, response) => {
    times += 1;
    response.writeHead(200, { 'content-type': 'image/png' }).end(PICTURE);
  });
  const { url, close } = await listenLocally(server);
  return { url: `${url}/logo.png`, times: () => times, close };
}

describe('a job with several outputs', () => {
  it('settles each by itself: 18 of 20 delivered, 70 credits returned', async () => {
    const account = await running.openAccount();
    const body = {
      kind: 'batch',
      items: [
        ad({ variations: 10 }),
        ad({ test_scenario: 'fails_after_start' }),
        ad({ variations: 8 }),
        ad({ test_scenario: 'moderated_input' }),
      ],
    };
    const { body: quote } = await running.call('POST', '/v1/quotes', { account, body });
    expect(quote).toMatchObject({ total: 700, affordable: true, deadline_seconds: 1_800 });
    const { status, body: submitted } = await running.submit(account, { ...body, quote_id: quote.id });
    expect(status).toBe(202);
    expect(submitted.billing).toMatchObject({ quoted: 700, reserved: 700 });

    const job = await running.untilEnded(account, submitted.id);
    expect(job).toMatchObject({
      kind: 'batch',
      state: 'partially_succeeded',
      failure: null,
      counts: { outputs: 20, succeeded: 18, failed: 2, canceled: 0 },
      summary: '18 of 20 delivered, 70 credits returned',
      billing: { quoted: 700, reserved: 0, committed: 630, returned: 70 },
    });
    expect(job.outputs[10]).toMatchObject({
      item: 1,
      variation: 0,
      state: 'failed',
      failure: { code: 'provider_failed' },
    });
    expect(job.outputs[18]).toMatchObject({ item: 2, variation: 7, state: 'succeeded', attempts: 1 });
    expect(await available(account)).toMatchObject({ available: 370, reserved: 0 });
    const content = await fetch(`${running.stack.info().api_url}${job.outputs[0].content_url as string}`, {
      headers: { authorization: `Bearer ${running.stack.info().platform_key}`, 'holdfast-account': account },
    });
    expect(content.status).toBe(200);
    await content.arrayBuffer();

    expect(await resultOf(job.id)).toMatchObject({
      outcome: 'partially_succeeded',
      credits: 630,
      summary: '18 of 20 delivered, 70 credits returned',
    });
    const child = await running.temporal.workflow.getHandle(job.outputs[10].id as string).describe();
    expect(child.status.name).toBe('FAILED');
    expect(child.typedSearchAttributes.toJSON()).toEqual(
      expect.arrayContaining([
        { key: { name: 'HoldfastAccount', type: 'KEYWORD' }, value: account },
        { key: { name: 'HoldfastState', type: 'KEYWORD' }, value: 'failed' },
      ]),
    );
  });

  it('reports progress as its outputs end, in events without gaps', async () => {
    const account = await running.openAccount();
    const { body: submitted } = await running.submit(account, ad({ variations: 4 }));
    await running.untilEnded(account, submitted.id);
    const { body } = await running.call('GET', `/v1/jobs/${submitted.id as string}/events`, { account });
    const events = body.data as Json[];
    expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
    const progress = events.filter((event) => event.type === 'job.progress');
    expect(progress.map((event) => event.data.fraction)).toEqual([0.25, 0.5, 0.75]);
    expect(events.at(-1)).toMatchObject({ type: 'job.succeeded' });
  });

  it('fetches a picture that several of its outputs refer to once, and mixes kinds', async () => {
    const account = await running.openAccount();
    await running.call('POST', `/v1/accounts/${account}/grants`, {
      body: { source: 'top_up', credits: 1_000, reference: randomUUID(), reason: 'test' },
    });
    const source = await running.submit(account, ad());
    const { outputs } = await running.untilEnded(account, source.body.id);
    const logo = await servePicture();
    const brief = { headline: randomUUID(), reference_asset_urls: [logo.url] };
    const { body } = await running.submit(account, {
      kind: 'batch',
      items: [
        { kind: 'static_ad', brief, variations: 5 },
        { kind: 'video_ad', brief, duration_seconds: 15, quality: 'draft' },
        { kind: 'edit', source_output_id: outputs[0].id as string, instruction: 'Make it brighter' },
      ],
    });
    const job = await running.untilEnded(account, body.id);
    expect(job).toMatchObject({ state: 'succeeded', billing: { committed: 5 * 35 + 500 + 35 } });
    expect(logo.times()).toBe(1);
    await logo.close();
  });

  it('is admitted whole or not at all', async () => {
    const account = await running.openAccount();
    const { status, body } = await running.submit(account, ad({ variations: 29 }));
    expect(status).toBe(402);
    expect(body).toMatchObject({
      code: 'insufficient_credits',
      required: 1_015,
      available: 1_000,
      reserved: 0,
    });
    expect(await available(account)).toMatchObject({ available: 1_000, reserved: 0 });
    const rows = await running.rows('SELECT 1 FROM ledger.reservations WHERE account_id = $1', [account]);
    expect(rows).toEqual([]);
  });

  it('is one job, however often it is submitted under one key', async () => {
    const account = await running.openAccount();
    const key = randomUUID();
    const body = ad({ variations: 5 });
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => running.submit(account, body, { key })),
    );
    expect(new Set(answers.map((answer) => answer.body.id as string)).size).toBe(1);
    const job = await running.untilEnded(account, answers[0]?.body.id);
    expect(job.billing).toMatchObject({ committed: 175, reserved: 0 });
    expect(await running.submissionsOf(job.id)).toBe(5);
    const other = await running.submit(account, ad({ variations: 2 }), { key });
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused', job_id: job.id } });
  });

  it('with one item is a plain job', async () => {
    const account = await running.openAccount();
    const { body } = await running.submit(account, many(1));
    const job = await running.untilEnded(account, body.id);
    expect(job).toMatchObject({ kind: 'batch', state: 'succeeded', summary: '1 of 1 delivered' });
    const { type } = await running.temporal.workflow.getHandle(job.id as string).describe();
    expect(type).toBe('generation');
  });

  it('fails with the failure of its first output, when none is delivered', async () => {
    const account = await running.openAccount();
    const items = [ad({ test_scenario: 'zero_outputs' }), ad({ test_scenario: 'fails_after_start' })];
    const { body } = await running.submit(account, { kind: 'batch', items });
    const job = await running.untilEnded(account, body.id);
    expect(job).toMatchObject({
      state: 'failed',
      failure: { code: 'zero_outputs' },
      billing: { committed: 0, returned: 70 },
    });
    expect(await resultOf(job.id)).toMatchObject({ outcome: 'failed', code: 'zero_outputs' });
    expect(await available(account)).toMatchObject({ available: 1_000, reserved: 0 });
  });
});

describe('a batch that is ended early', () => {
  it('returns the rest when the customer cancels, and never begins it', async () => {
    const account = await running.openAccount();
    const items = [...many(4).items, ...many(20, { test_scenario: 'never_finishes' }).items];
    const { body } = await running.submit(account, { kind: 'batch', items });
    await untilAccepted(body.id, WINDOW);
    expect((await cancel(account, body.id)).status).toBe(202);
    const job = await running.untilEnded(account, body.id);
    expect(job).toMatchObject({
      state: 'partially_succeeded',
      counts: { outputs: 24, succeeded: 4, failed: 0, canceled: 20 },
      summary: '4 of 24 delivered, 700 credits returned',
    });
    expect(job.outputs[23].failure).toMatchObject({ code: 'canceled', at_fault: 'customer' });
    expect(await running.submissionsOf(job.id)).toBeLessThan(24);
    expect(await available(account)).toMatchObject({ available: 860, reserved: 0 });
    expect(await resultOf(job.id)).toMatchObject({ outcome: 'partially_succeeded', canceled: 20 });
    expect((await running.temporal.workflow.getHandle(job.id as string).describe()).status.name).toBe(
      'COMPLETED',
    );
  });

  it('ends each output at its own deadline, from its own begin, and makes the others', async () => {
    const account = await running.openAccount();
    const body = {
      kind: 'batch',
      items: [...many(WINDOW, { test_scenario: 'never_finishes' }).items, ...many(4).items],
      deadline_seconds: 4,
    };
    const { body: quote } = await running.call('POST', '/v1/quotes', { account, body });
    // Two rounds of 4 s, and 30 s to stop the first.
    expect(quote).toMatchObject({ total: 700, deadline_seconds: 38 });
    const { body: submitted } = await running.submit(account, { ...body, quote_id: quote.id });
    const promisedMs = Date.parse(submitted.returned_automatically_by) - Date.parse(submitted.created_at);
    expect(Math.round(promisedMs / 1_000)).toBe(38);
    await untilAccepted(submitted.id, WINDOW);
    const due = await running.rows<{ seconds: number; count: number }>(
      `SELECT round(extract(epoch FROM return_by - created_at))::int AS seconds, count(*)::int AS count
       FROM ledger.reservations WHERE job_id = $1 GROUP BY 1 ORDER BY 1`,
      [submitted.id],
    );
    expect(due.at(-1)).toEqual({ seconds: 38, count: 4 });
    expect(due[0]?.seconds).toBeLessThan(10);

    const job = await running.untilEnded(account, submitted.id);
    expect(job).toMatchObject({
      state: 'partially_succeeded',
      counts: { outputs: 20, succeeded: 4, failed: WINDOW },
      billing: { committed: 140, returned: 560 },
    });
    expect(job.finished_at < submitted.returned_automatically_by).toBe(true);
    const failures = (job.outputs as Json[]).slice(0, WINDOW).map((output) => output.failure);
    expect(new Set(failures.map(({ code, at_fault }) => `${code as string} ${at_fault as string}`))).toEqual(
      new Set(['run_deadline customer']),
    );
    expect(await available(account)).toMatchObject({ available: 860, reserved: 0 });
  });

  it('is stuck while one of its outputs is', async () => {
    const account = await running.openAccount();
    const items = [ad(), ad({ test_scenario: 'never_finishes' })];
    const { body } = await running.submit(account, { kind: 'batch', items, deadline_seconds: 12 });
    // Stuck in 9 s, and for as long as the rest takes.
    await untilTaken(body.id, 2);
    const until = new Date(Date.now() + 600_000).toISOString();
    const extended = await running.call('POST', `/v1/jobs/${body.id as string}/extend`, {
      account,
      body: { reason: 'test', until },
      headers: { 'idempotency-key': randomUUID() },
    });
    expect(extended.status).toBe(202);
    const read = async () => (await running.call('GET', `/v1/jobs/${body.id as string}`, { account })).body;
    let job = await read();
    while (job.state !== 'stuck') {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      job = await read();
    }
    expect(statesOf(job)).toEqual(['succeeded', 'stuck']);
    const again = await running.submit(account, { kind: 'batch', items, deadline_seconds: 12 });
    expect(again).toMatchObject({ status: 409, body: { code: 'job_in_doubt', job_id: job.id } });
    await cancel(account, job.id);
    job = await running.untilEnded(account, job.id);
    // A cancel of what is stuck counts as ours; of what is stuck by a deadline that the customer set, as theirs.
    expect(job.outputs[1].failure).toMatchObject({ code: 'canceled', at_fault: 'customer' });
  });

  it('goes on with begun outputs when its workflow is terminated, and returns the rest', async () => {
    const account = await running.openAccount();
    const { body } = await running.submit(account, many(20, { test_scenario: 'slow' }));
    await untilTaken(body.id, WINDOW);
    await running.temporal.workflow.getHandle(body.id as string).terminate('from outside');
    const job = await running.untilEnded(account, body.id);
    // The window and, on a slow machine, what followed the first of it.
    const begun = await running.submissionsOf(job.id);
    expect(begun).toBeGreaterThanOrEqual(WINDOW);
    expect(begun).toBeLessThan(20);
    expect(job).toMatchObject({
      state: 'partially_succeeded',
      counts: { succeeded: begun, failed: 20 - begun },
    });
    expect(job.outputs[19].failure).toMatchObject({ code: 'terminated', at_fault: 'us' });
    expect(await available(account)).toMatchObject({ available: 1_000 - begun * 35, reserved: 0 });
  });

  it('ends an output whose own workflow is terminated, and goes on with the others', async () => {
    const account = await running.openAccount();
    const items = [ad({ test_scenario: 'never_finishes' }), ad()];
    const { body } = await running.submit(account, { kind: 'batch', items });
    await untilAccepted(body.id, 1);
    await running.temporal.workflow.getHandle(body.outputs[0].id as string).terminate('from outside');
    const job = await running.untilEnded(account, body.id);
    expect(job).toMatchObject({
      state: 'partially_succeeded',
      summary: '1 of 2 delivered, 35 credits returned',
    });
    expect(job.outputs[0].failure).toMatchObject({ code: 'terminated' });
  });

  it('makes nothing twice when its workflow is reset to its first task', async () => {
    const account = await running.openAccount();
    const { body } = await running.submit(account, many(20, { test_scenario: 'slow' }));
    await untilTaken(body.id, WINDOW);
    await running.resetToFirstTask(body.id as string);
    const job = await running.untilEnded(account, body.id);
    expect(job).toMatchObject({ state: 'succeeded', billing: { committed: 700 } });
    expect(await running.submissionsOf(job.id)).toBe(20);
    expect(await resultOf(job.id)).toMatchObject({ outcome: 'succeeded', credits: 700 });
  });
});

describe("support's commands on a job with several outputs", () => {
  const support = (account: string, jobId: string, command: string, asked: object = {}) =>
    running.call('POST', `/v1/jobs/${jobId}/${command}`, {
      account,
      body: { reason: 'test', ...asked },
      headers: { 'idempotency-key': randomUUID() },
    });

  it('reach every output that has begun, and hold for those that have not', async () => {
    const account = await running.openAccount();
    const items = many(WINDOW + 2, { test_scenario: 'never_finishes' });
    const { body: job } = await running.submit(account, { ...items, deadline_seconds: 600 });
    await untilAccepted(job.id, WINDOW);

    const until = new Date(Date.now() + 1_800_000).toISOString();
    expect((await support(account, job.id, 'extend', { until })).status).toBe(202);
    const due = await running.rows<{ return_by: Date }>(
      'SELECT DISTINCT return_by FROM ledger.reservations WHERE job_id = $1',
      [job.id],
    );
    expect(due.map((row) => row.return_by.toISOString())).toEqual([until]);
    const first = job.outputs[0].id as string;
    // By the workflow's clock, told by the database's.
    const secondsOff = async () => {
      const status = await running.temporal.workflow.getHandle(first).query<{ returnBy: string }>('status');
      return Math.abs(Date.parse(status.returnBy) - Date.parse(until)) / 1_000;
    };
    await expect.poll(secondsOff, { timeout: 10_000 }).toBeLessThan(2);

    const from_attempt = attemptReferenceOf({
      accountId: account,
      outputId: first,
      stage: 'render',
      number: 1,
    });
    expect((await support(account, job.id, 'restart', { from_attempt })).status).toBe(202);
    await untilAccepted(job.id, WINDOW);

    expect((await support(account, job.id, 'release')).status).toBe(202);
    const end = await running.untilEnded(account, job.id);
    expect(end).toMatchObject({ state: 'failed', failure: { code: 'terminated', at_fault: 'us' } });
    expect(end.counts).toMatchObject({ failed: WINDOW + 2 });
    expect(await available(account)).toMatchObject({ available: 1_000, reserved: 0 });
    expect(await resultOf(job.id)).toMatchObject({ outcome: 'failed', code: 'terminated' });
    expect(await running.submissionsOf(job.id)).toBe(WINDOW + 1);
  });

  it('give back part of what was charged, the last output first', async () => {
    const account = await running.openAccount();
    const { body: job } = await running.submit(account, ad({ variations: 3 }));
    await running.untilEnded(account, job.id);
    expect((await support(account, job.id, 'refund', { credits: 50 })).status).toBe(202);
    expect(await available(account)).toMatchObject({ available: 1_000 - 105 + 50 });
    const output_id = job.outputs[0].id as string;
    expect((await support(account, job.id, 'refund', { output_id })).status).toBe(202);
    expect(await available(account)).toMatchObject({ available: 1_000 - 20 });
    const over = await support(account, job.id, 'refund', { credits: 21 });
    expect(over).toMatchObject({
      status: 409,
      body: { code: 'state_conflict', reason: 'exceeds_committed' },
    });
  });
});

describe('a batch of 500 outputs', () => {
  it(
    'would stay under 5,000 events and 5 MiB, does not hold up the single job of another account, and returns what is canceled',
    { timeout: 240_000 },
    async () => {
      const account = await running.openAccount();
      await running.call('POST', `/v1/accounts/${account}/grants`, {
        body: { source: 'top_up', credits: 20_000, reference: randomUUID(), reason: 'test' },
      });
      const other = await running.openAccount();
      const { status, body } = await running.submit(account, { ...many(0), items: [...fifties(10)] });
      expect(status).toBe(202);
      await untilSubmitted(body.id, 3 * WINDOW);
      const { body: single } = await running.submit(other, ad(), { wait: 30 });
      expect(single).toMatchObject({ state: 'succeeded' });
      const [between] = await running.rows<{ count: number }>(
        `SELECT count(*)::int AS count FROM jobs.attempts b, jobs.attempts s JOIN jobs.jobs j USING (account_id, job_id)
       WHERE s.job_id = $1 AND b.job_id = $2 AND b.posted_at BETWEEN j.created_at AND s.posted_at`,
        [single.id, body.id],
      );
      expect(between?.count).toBeLessThanOrEqual(2 * WINDOW);

      // The figures of 500 are estimated from those of fewer, since all 500 take minutes. The rest is canceled.
      const settled = await untilSettled(body.id, LOOKED_AT);
      const { historyLength, historySize } = await running.temporal.workflow
        .getHandle(body.id as string)
        .describe();
      expect((historyLength / settled) * 500).toBeLessThan(5_000);
      expect(((historySize ?? Infinity) / settled) * 500).toBeLessThan(5 * 1_048_576);
      await cancel(account, body.id);
      const job = await running.untilEnded(account, body.id, 120_000);
      const { succeeded, canceled } = job.counts as Record<'succeeded' | 'canceled', number>;
      expect(job).toMatchObject({ state: 'partially_succeeded', counts: { outputs: 500, failed: 0 } });
      expect(succeeded + canceled).toBe(500);
      expect(job.summary).toBe(
        `${String(succeeded)} of 500 delivered, ${(canceled * 35).toLocaleString('en-US')} credits returned`,
      );
      expect(await resultOf(job.id)).toMatchObject({
        outcome: 'partially_succeeded',
        credits: succeeded * 35,
      });
      expect(await available(account)).toMatchObject({ available: 21_000 - succeeded * 35, reserved: 0 });
    },
  );

  function* fifties(count: number) {
    for (let index = 0; index < count; index++) yield ad({ variations: 50 });
  }

  async function untilSettled(jobId: string, count: number): Promise<number> {
    for (;;) {
      const rows = await running.rows(
        `SELECT 1 FROM ledger.reservations WHERE job_id = $1 AND state <> 'open'`,
        [jobId],
      );
      if (rows.length >= count) return rows.length;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  async function untilSubmitted(jobId: string, count: number): Promise<void> {
    for (;;) {
      const rows = await running.rows('SELECT 1 FROM jobs.attempts WHERE job_id = $1', [jobId]);
      if (rows.length >= count) return;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
});
