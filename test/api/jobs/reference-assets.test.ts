import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PIXEL, startAssetServer, type AssetServer } from '../../activities/asset-server.ts';
import { type TestAccount } from '../api-fixture.ts';
import { createApiWithWorker, type ApiWithWorker } from '../api-with-worker.ts';
import { createReviewCalls, type Review, type ReviewCalls } from '../support/review-calls.ts';

const TASK_QUEUE = 'api-references';

let api: ApiWithWorker;
let server: AssetServer;
let account: TestAccount;
let calls: ReviewCalls;
let keys = 0;
beforeAll(async () => {
  api = await createApiWithWorker(TASK_QUEUE, { opensLocalAddresses: true });
  calls = createReviewCalls(api, TASK_QUEUE, () => account);
});
afterAll(() => api.close());
beforeEach(async () => {
  account = await api.openAccount();
  server = await startAssetServer();
  server.on('/logo.png', (response) => response.end(PIXEL));
  return () => server.close();
});

const briefWith = (...paths: readonly string[]) => ({
  headline: 'A kettle',
  reference_asset_urls: paths.map((one) => `${server.url}${one}`),
});
const adWith = (...paths: readonly string[]) => ({ kind: 'static_ad', brief: briefWith(...paths) });

/** Submits and waits for the end, however it ends. */
async function run(body: object) {
  const headers = { 'Idempotency-Key': `run ${String(++keys)}`, Prefer: 'wait=30' };
  const submit = () => api.call('/v1/jobs', { key: account.key, body, headers });
  const answer = await submit();
  return (answer.status === 503 ? await submit() : answer).json<{ id: string } & Record<string, unknown>>();
}

/** The input that the model service was given for a job, from its journal. */
async function givenFor(jobId: string) {
  const journal = await readFile(path.join(api.modelHome, 'predictions.jsonl'), 'utf8');
  return journal.split('\n').filter((line) => line.includes(jobId.replace(/^job_/, 'att_')));
}

describe('a job that refers to pictures', () => {
  it('has them fetched once, kept, and handed to the model, which never sees their address', async () => {
    const job = await run(adWith('/logo.png?signature=secret', '/logo.png'));
    expect(job).toMatchObject({ state: 'failed' });
    server.on('/logo.png?signature=secret', (response) => response.end(PIXEL));
    const again = await run(adWith('/logo.png?signature=secret', '/logo.png'));
    expect(again).toMatchObject({ state: 'succeeded', billing: { committed: 35 } });
    expect(server.asked.slice(-2).sort()).toEqual(['/logo.png', '/logo.png?signature=secret']);
    const given = (await givenFor(again.id)).join('\n');
    expect(given).toMatch(/"reference_assets":\[\{"sha256":"[0-9a-f]{64}"/);
    expect(given).not.toMatch(/secret|reference_asset_urls|127\.0\.0\.1/);
    const { events } = await api.client.workflow.getHandle(again.id).fetchHistory();
    const scheduled = (events ?? []).filter((event) => event.activityTaskScheduledEventAttributes);
    // The pictures, and the attempt.
    expect(scheduled).toHaveLength(2);
    expect(JSON.stringify(events?.slice(5))).not.toMatch(/secret/);
  });

  it('of a film gives them to every stage that draws', async () => {
    const job = await run({
      ...{ kind: 'video_ad', duration_seconds: 15, quality: 'draft' },
      brief: briefWith('/logo.png'),
    });
    expect(job).toMatchObject({ state: 'succeeded' });
    expect(server.asked).toEqual(['/logo.png']);
    const scenes = (await givenFor(job.id)).filter((line) => line.includes('"scenes"'));
    expect(scenes.length).toBeGreaterThan(0);
    for (const line of scenes) expect(line).toContain('reference_assets');
  });

  it.each([
    ['/nowhere.png', /Reference asset 2 .* not there/],
    ['/text', /not a PNG/],
    ['/cut.png', /cut short or damaged/],
    ['/inwards', /not public/],
  ])(
    'fails when one is refused (%s): the customer reads which and why, and nothing is charged',
    async (bad, detail) => {
      server.on('/cut.png', (response) => response.end(PIXEL.subarray(0, 45)));
      server.on('/text', (response) => response.end('not a picture at all'));
      server.on('/inwards', (response) => response.writeHead(302, { location: 'http://10.0.0.1/' }).end());
      const job = await run(adWith('/logo.png', bad));
      expect(job).toMatchObject({
        state: 'failed',
        failure: {
          ...{ code: 'asset_refused', at_fault: 'customer', retryable: false },
          detail: expect.stringMatching(detail) as string,
        },
        billing: { reserved: 0, committed: 0, returned: 35 },
        outputs: [{ state: 'failed', attempts: 0 }],
      });
      expect(await calls.available()).toBe(1_000);
      expect(await givenFor(job.id)).toEqual([]);
    },
  );

  it('succeeds when the server fails twice, and fails when it keeps failing', async () => {
    let asked = 0;
    server.on('/flaky', (response) => {
      asked += 1;
      if (asked === 1) response.writeHead(500).end();
      else if (asked === 2) response.destroy();
      else response.end(PIXEL);
    });
    expect(await run(adWith('/flaky'))).toMatchObject({ state: 'succeeded' });
    expect(asked).toBe(3);
    server.on('/down', (response) => response.writeHead(503).end());
    expect(await run(adWith('/down'))).toMatchObject({
      failure: { code: 'asset_refused', detail: expect.stringMatching(/in time/) as string },
    });
    expect(server.asked.filter((one) => one === '/down')).toHaveLength(3);
  });

  it('that is canceled while they are fetched returns its credits', async () => {
    let isAsked = false;
    server.on('/slow', () => (isAsked = true));
    const submitted = await api.call('/v1/jobs', {
      key: account.key,
      body: adWith('/slow'),
      headers: { 'Idempotency-Key': `run ${String(++keys)}` },
    });
    const { id } = submitted.json<{ id: string }>();
    await expect.poll(() => isAsked).toBe(true);
    await api.call(`/v1/jobs/${id}/cancel`, {
      method: 'POST',
      key: account.key,
      headers: { 'Idempotency-Key': 'c' },
    });
    expect(await calls.untilEnded(id)).toMatchObject({ state: 'canceled', billing: { returned: 35 } });
  });
});

describe('a picture that was kept', () => {
  it('is used by an edit and by a free retry, although its address has ended', async () => {
    const { outputId } = await calls.generate(adWith('/logo.png'));
    server.on('/logo.png', (response) => response.writeHead(410).end());
    expect(await run({ kind: 'edit', source_output_id: outputId })).toMatchObject({ state: 'succeeded' });
    const review = (await calls.reportTo(outputId)).json<Review>();
    const retry = (await calls.decide(review.id, 'free_retry')).json<Review>().retry_job_id ?? '';
    expect(await calls.untilEnded(retry)).toMatchObject({ state: 'succeeded' });
    expect(server.asked).toEqual(['/logo.png']);
    expect((await givenFor(retry)).join()).toContain('reference_assets');
  });

  it('is not used by another account with the same address', async () => {
    await calls.generate(adWith('/logo.png'));
    account = await api.openAccount();
    server.on('/logo.png', (response) => response.writeHead(403).end());
    expect(await run(adWith('/logo.png'))).toMatchObject({ failure: { code: 'asset_refused' } });
    expect(server.asked).toHaveLength(2);
  });
});
