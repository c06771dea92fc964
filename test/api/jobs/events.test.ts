import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiFixture, expectProblem, type ApiFixture, type TestAccount } from '../api-fixture.ts';
import { deliver, fail } from '../job-ending.ts';

let api: ApiFixture;
let account: TestAccount;
let keys = 0;
beforeAll(async () => {
  api = await createApiFixture();
  account = await api.openAccount();
});
afterAll(async () => {
  await api.expectReconciled();
  await api.close();
});

const newJob = async () => (await api.admitJob(account.accountId, `job-${String(keys++)}`)).jobId;

/** Has so many events happen to a job, beside the one that every job begins with. */
async function happen(jobId: string, types: readonly string[]): Promise<void> {
  await api.owner.query(
    `SELECT jobs.append_event($1, $2, type, '{}', ledger.clock()) FROM unnest($3::text[]) WITH ORDINALITY e (type, n)
     ORDER BY n`,
    [account.accountId, jobId, types],
  );
}

const progress = (count: number) => Array.from({ length: count }, () => 'job.progress');

/** The numbers from 1. */
const countTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

/** Opens a stream; `ended` has all its events once the server has closed it. */
async function stream(jobId: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${api.url}/v1/jobs/${jobId}/events`, {
    headers: { Authorization: `Bearer ${account.key}`, Accept: 'text/event-stream', ...headers },
  });
  const events: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => events.push(event) });
  const ended = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? [])
      parser.feed(decoder.decode(chunk as Uint8Array, { stream: true }));
    return events.map((event) => `${String(event.id)} ${String(event.event)}`);
  })();
  return { response, events, ended };
}

describe('events as a list', () => {
  it('begin after the number that is asked for, at most `limit` of them', async () => {
    const jobId = await newJob();
    await fail(api, account.accountId, jobId);
    const list = async (query: string) =>
      (await api.call(`/v1/jobs/${jobId}/events${query}`, { key: account.key })).json<{
        data: { seq: number; type: string; job_id: string; id: string }[];
        next_cursor: string | null;
      }>();
    const all = await list('');
    expect(all.data.map((event) => event.type)).toEqual(['job.queued', 'credits.returned', 'job.failed']);
    expect(all.data[1]).toMatchObject({
      id: `evt_${jobId.slice('job_'.length)}_2`,
      seq: 2,
      job_id: jobId,
      data: { credits: 35, reason: 'provider_failed' },
    });
    const page = await list('?after=1&limit=1');
    expect([page.data.map((event) => event.seq), page.next_cursor]).toEqual([[2], '2']);
    expect((await list('?after=3')).data).toEqual([]);
  });

  it('have no cursor where the next page would be empty', async () => {
    const jobId = await newJob();
    await fail(api, account.accountId, jobId);
    const cursorOf = async (query: string) =>
      (await api.call(`/v1/jobs/${jobId}/events${query}`, { key: account.key })).json()['next_cursor'];
    expect([
      await cursorOf('?limit=3'),
      await cursorOf('?limit=2'),
      await cursorOf('?after=1&limit=2'),
    ]).toEqual([null, '2', null]);
  });
});

describe('events as a stream', () => {
  it('come as they happen, and the stream ends with the job', async () => {
    const jobId = await newJob();
    const { response, events, ended } = await stream(jobId);
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    await expect.poll(() => events.length).toBe(1);
    await deliver(api, account.accountId, jobId, Buffer.from('x'));
    expect(await ended).toEqual(['1 job.queued', '2 job.running', '3 job.succeeded']);
    expect(JSON.parse(events[2]?.data ?? '')).toMatchObject({ seq: 3, type: 'job.succeeded', job_id: jobId });
  });

  it('resume after the Last-Event-ID', async () => {
    const jobId = await newJob();
    await fail(api, account.accountId, jobId);
    const { ended } = await stream(jobId, { 'Last-Event-ID': '1' });
    expect(await ended).toEqual(['2 credits.returned', '3 job.failed']);
  });

  it('are a 204 for a reader that has seen the last one', async () => {
    const jobId = await newJob();
    await fail(api, account.accountId, jobId);
    const { response } = await stream(jobId, { 'Last-Event-ID': '3' });
    expect(response.status).toBe(204);
  });

  // A job of many outputs ends with its job.* event, and what was returned of each comes after.
  it.each([
    ['122, the last of them long after the end', progress(60), progress(59)],
    ['a page, the end being its last', progress(97), []],
    ['a page and one, the end being the last of the page', progress(97), progress(1)],
    ['a page and one, the end being the one', progress(98), []],
    ['two pages, the end in the first', progress(40), progress(157)],
  ])('are all sent for a job that has ended: %s', async (_name, before, after) => {
    const jobId = await newJob();
    await happen(jobId, before);
    await fail(api, account.accountId, jobId);
    await happen(jobId, after);
    const last = 1 + before.length + 2 + after.length;
    const { ended } = await stream(jobId);
    expect((await ended).map((event) => Number.parseInt(event, 10))).toEqual(countTo(last));
  });

  it.each(['2', '1000', '9007199254740993', '99999999999999999999'])(
    'of a running job begin with the next one after a Last-Event-ID beyond the end: %s',
    async (id) => {
      const jobId = await newJob();
      const { response, events, ended } = await stream(jobId, { 'Last-Event-ID': id });
      expect(response.status).toBe(200);
      await happen(jobId, ['job.progress']);
      await expect.poll(() => events.length).toBe(1);
      await fail(api, account.accountId, jobId);
      expect(await ended).toEqual(['2 job.progress', '3 credits.returned', '4 job.failed']);
    },
  );

  it('of a job that has ended are a 204 after a Last-Event-ID beyond the end, for HEAD as for GET', async () => {
    const jobId = await newJob();
    await fail(api, account.accountId, jobId);
    for (const method of ['GET', 'HEAD']) {
      const ask = (id: string) =>
        api.call(`/v1/jobs/${jobId}/events`, {
          method,
          key: account.key,
          headers: { Accept: 'text/event-stream', 'Last-Event-ID': id },
        });
      expect([(await ask('2')).status, (await ask('1000')).status]).toEqual([200, 204]);
    }
  });

  it.each(['abc', '-1', '1.5', '1e3', '0x1', '+1', '1 2', '1, 2', 'evt_1', '9'.repeat(300)])(
    'are refused with a Last-Event-ID that is no number of an event: %s',
    async (id) => {
      const jobId = await newJob();
      const headers = { Accept: 'text/event-stream', 'Last-Event-ID': id };
      const answer = await api.call(`/v1/jobs/${jobId}/events`, { key: account.key, headers });
      expect(expectProblem(answer, 400, 'invalid_request')).toMatchObject({
        errors: [{ pointer: '', code: 'last_event_id' }],
      });
      await fail(api, account.accountId, jobId);
    },
  );

  it('reach a hundred readers of one job', async () => {
    const jobId = await newJob();
    const streams = await Promise.all(Array.from({ length: 100 }, () => stream(jobId)));
    await fail(api, account.accountId, jobId);
    const all = await Promise.all(streams.map((one) => one.ended));
    expect(all.every((types) => types.at(-1) === '3 job.failed' && types.length === 3)).toBe(true);
  });
});
