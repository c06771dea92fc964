import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiFixture, expectProblem, type ApiFixture, type TestAccount } from './api-fixture.ts';
import { deliver, fail } from './job-ending.ts';

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
  it('come after a number, so many at a time', async () => {
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
});

describe('events as a stream', () => {
  it('come as they happen and end with the job', async () => {
    const jobId = await newJob();
    const { response, events, ended } = await stream(jobId);
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    await expect.poll(() => events.length).toBe(1);
    await deliver(api, account.accountId, jobId, Buffer.from('x'));
    expect(await ended).toEqual(['1 job.queued', '2 job.running', '3 job.succeeded']);
    expect(JSON.parse(events[2]?.data ?? '')).toMatchObject({ seq: 3, type: 'job.succeeded', job_id: jobId });
  });

  it('resume after the last one that was read', async () => {
    const jobId = await newJob();
    await fail(api, account.accountId, jobId);
    const { ended } = await stream(jobId, { 'Last-Event-ID': '1' });
    expect(await ended).toEqual(['2 credits.returned', '3 job.failed']);
  });

  it('say that nothing is left to a reader that has seen the end', async () => {
    const jobId = await newJob();
    await fail(api, account.accountId, jobId);
    const { response } = await stream(jobId, { 'Last-Event-ID': '3' });
    expect(response.status).toBe(204);
  });

  it('refuse a Last-Event-ID that is no number', async () => {
    const jobId = await newJob();
    const headers = { Accept: 'text/event-stream', 'Last-Event-ID': 'abc' };
    const answer = await api.call(`/v1/jobs/${jobId}/events`, { key: account.key, headers });
    expectProblem(answer, 400, 'invalid_request');
    await fail(api, account.accountId, jobId);
  });

  it('reach a hundred readers of one job', async () => {
    const jobId = await newJob();
    const streams = await Promise.all(Array.from({ length: 100 }, () => stream(jobId)));
    await fail(api, account.accountId, jobId);
    const all = await Promise.all(streams.map((one) => one.ended));
    expect(all.every((types) => types.at(-1) === '3 job.failed' && types.length === 3)).toBe(true);
  });
});
