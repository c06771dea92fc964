import { setTimeout as pause } from 'node:timers/promises';
import express from 'express';
import { MockActivityEnvironment } from '@temporalio/testing';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { createRouter } from '../../api/http/create-router.ts';
import { handleErrors } from '../../api/http/handle-error.ts';
import { identifyRequests } from '../../api/http/request/request-id.ts';
import { serve, type HttpServer } from '../../api/http/serve.ts';
import { providerWebhookRoute } from '../../api/provider-webhooks/provider-webhook-route.ts';
import { countWebhooks } from '../../jobs/attempts/provider-webhooks.ts';
import type { ContractSubject } from '../providers/contract/dialect.ts';
import { answering, startFakeService } from '../providers/contract/fake-service.ts';
import { SUBJECTS } from '../providers/contract/subjects.ts';
import { createActivitiesFixture, type ActivitiesFixture } from './activities-fixture.ts';
import { PICTURES } from './content/pictures.ts';

/** An attempt that was followed for so long is polled every 30 s: a poll before that was brought about by a webhook. */
const FOLLOWED_MS = 40_000;

const SENDERS = SUBJECTS.filter(({ webhooks }) => webhooks !== undefined);

let fixture: ActivitiesFixture;
let pool: pg.Pool;
let server: HttpServer;
beforeAll(async () => {
  fixture = await createActivitiesFixture();
  pool = new pg.Pool({ connectionString: fixture.database.apiUrl, max: 4 });
  pool.on('error', () => undefined);
  const verifiers = SENDERS.flatMap(({ name, webhooks }) =>
    webhooks ? [[name, webhooks.verify] as const] : [],
  );
  const route = providerWebhookRoute({ database: pool, webhookVerifiers: new Map(verifiers), now: Date.now });
  const publicUrl = 'http://api.test';
  server = await serve({ host: '127.0.0.1', port: 0 }, () =>
    express()
      .use(identifyRequests(Date.now))
      .use(createRouter([route], { limitAddresses: { count: () => undefined } } as never))
      .use(handleErrors({ log: pino({ level: 'silent' }), publicUrl })),
  );
});
afterAll(async () => {
  await server.stop();
  await pool.end();
  await fixture.close();
});

/** An attempt at a service that its worker follows. */
async function startAttempt(subject: ContractSubject, key: string) {
  const { webhooks } = subject;
  if (webhooks === undefined) throw new Error(`${subject.name} sends no webhooks`);
  const fake = await startFakeService(subject.dialect);
  const provider = subject.createProvider({ baseUrl: fake.url, submitTimeoutMs: 5_000 });
  const { attempt: planned } = await fixture.admit(`${subject.name} ${key}`);
  const attempt = { ...planned, provider: subject.name, model: subject.submission.model };
  const baseUrl = `http://127.0.0.1:${String(server.port)}`;
  const picture = fake.putFile(await PICTURES['image/png'](), 'image/png');
  const addressOf = () => {
    const submission = fake.requests.find((request) => subject.dialect.isSubmission(request));
    return String(submission && subject.dialect.webhookAddressOf?.(submission));
  };
  const post = async (
    event: string,
    { sentAtMs = Date.now(), body = webhooks.bodyOf(fake.jobs.all()[0]?.id ?? ''), changed = false } = {},
  ) => {
    const bytes = Buffer.from(JSON.stringify(body));
    const headers = webhooks.sign(bytes, event, sentAtMs);
    const sent = changed ? `${bytes.toString()} ` : bytes.toString();
    const answer = await fetch(addressOf(), { method: 'POST', headers, body: sent });
    const { request_id: _, ...problem } = (answer.status === 204 ? {} : await answer.json()) as {
      request_id?: string;
    };
    return { status: answer.status, problem };
  };
  return {
    fake,
    attempt,
    post,
    addressOf,
    run: (followedMs = 0) =>
      new MockActivityEnvironment({
        attempt: followedMs === 0 ? 1 : 2,
        scheduledTimestampMs: Date.now() - followedMs,
      }).run(fixture.activitiesWith(provider, baseUrl).runAttempt, attempt),
    resolve: () =>
      new MockActivityEnvironment().run(fixture.activitiesWith(provider, baseUrl).resolve, attempt),
    succeed: () => {
      for (const job of fake.jobs.all()) Object.assign(job, { state: 'succeeded', files: [picture] });
    },
    /** Questions about the job. */
    polls: () =>
      fake.requests.filter(({ method, path }) => method === 'GET' && !path.startsWith('/files/')).length,
    counted: async () => (await countWebhooks(fixture.worker, [attempt])).get(attempt.reference) ?? 0,
    row: async () =>
      (await fixture.owner.query('SELECT * FROM jobs.attempts WHERE reference = $1', [attempt.reference]))
        .rows,
  };
}

describe.concurrent.each(SENDERS)('a webhook of $name', (subject) => {
  test('that is forged or replayed causes no poll, and a repeated one causes one poll in all', async ({
    expect,
  }) => {
    const { fake, attempt, run, post, polls, succeed, counted, row } = await startAttempt(subject, 'forged');
    const running = run(FOLLOWED_MS);
    await expect.poll(polls).toBe(1);
    for (const job of fake.jobs.all()) job.state = 'running';
    const before = polls();
    const refused = [
      await post('event_1', { changed: true }),
      await post('event_1', { sentAtMs: Date.now() - 6 * 60_000 }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([404, 404]);
    expect(refused[0]).toEqual(refused[1]);
    await pause(700);
    expect([polls(), await counted()]).toEqual([before, 0]);

    // One that comes before the end is heard and not believed.
    expect((await post('event_started')).status).toBe(204);
    await expect.poll(polls).toBeGreaterThan(before);
    succeed();
    expect((await post('event_1')).status).toBe(204);
    expect((await post('event_1')).status).toBe(204);
    expect(await running).toEqual({ outcome: 'made' });
    expect(await counted()).toBe(2);

    const ended = await row();
    for (const late of ['event_1', 'event_started', 'event_late'])
      expect((await post(late)).status).toBe(204);
    expect(await row()).toEqual(ended);
    expect(attempt.provider).toBe(subject.name);
    await fake.close();
  });

  test('that comes before the submission’s response is kept, and a false one is not believed', async ({
    expect,
  }) => {
    const { fake, attempt, run, post, succeed, counted } = await startAttempt(subject, 'early');
    let told: { readonly status: number } | undefined;
    fake.setFaults({
      submission: ({ response, take }) => {
        const { status, body } = take();
        void post('event_1').then(async (answer) => {
          told = answer;
          await pause(100);
          response.writeHead(status).end(JSON.stringify(body));
        });
      },
    });
    const running = run();
    await expect.poll(() => told?.status).toBe(204);
    expect(await counted()).toBe(1);
    await pause(500);
    const row = await fixture.attempts.read(attempt.accountId, attempt.reference);
    expect(row).toMatchObject({ state: 'accepted' });
    succeed();
    expect(await running).toEqual({ outcome: 'made' });
    await fake.close();
  });

  test('tells of an attempt whose answer was lost: it is followed, and never submitted again; a forged one changes nothing', async ({
    expect,
  }) => {
    const { fake, run, resolve, post, succeed, row } = await startAttempt(subject, 'lost');
    fake.setFaults({
      submission: ({ request, take }) => {
        take();
        request.socket.resetAndDestroy();
      },
      // Nor can it be looked up.
      other: answering({ status: 503 }),
    });
    expect(await run()).toEqual({ outcome: 'unknown' });
    const [before] = await row();
    expect((await post('event_1', { changed: true })).status).toBe(404);
    expect(await row()).toEqual([before]);
    const resolving = resolve();
    succeed();
    expect((await post('event_1')).status).toBe(204);
    expect(await resolving).toMatchObject({ outcome: 'known' });
    fake.setFaults({});
    expect(await run()).toEqual({ outcome: 'made' });
    expect(fake.taken()).toBe(1);
    const ended = await row();
    expect((await post('event_2', { body: subject.webhooks?.bodyOf('job_of_another') })).status).toBe(204);
    expect(await row()).toEqual(ended);
    await fake.close();
  });

  test('that never comes is not needed: the job ends by polls', async ({ expect }) => {
    const { fake, run, succeed } = await startAttempt(subject, 'never');
    const running = run();
    await expect.poll(() => fake.taken()).toBe(1);
    succeed();
    expect(await running).toEqual({ outcome: 'made' });
    await fake.close();
  });
});
