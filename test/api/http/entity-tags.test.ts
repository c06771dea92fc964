import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entityTagOf } from '../../../api/http/entity-tag.ts';
import { outputIdOf } from '../../../domain/ids.ts';
import { createApiFixture, STATIC_AD, type ApiFixture, type TestAccount } from '../api-fixture.ts';
import { deliver, fail } from '../job-ending.ts';

let api: ApiFixture;
let account: TestAccount;
beforeAll(async () => {
  api = await createApiFixture();
  account = await api.openAccount();
});
afterAll(async () => {
  await api.expectReconciled();
  await api.close();
});

const METHODS = ['GET', 'HEAD'] as const;

const read = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  api.call(path, { key: account.key, headers, method });

/** The tag of what is there now; checks that a reader who has it is told so. */
async function tagOf(path: string): Promise<string> {
  const [whole, head] = [await read(path), await read(path, {}, 'HEAD')];
  const etag = whole.headers.get('etag') ?? '';
  expect(etag).toBe(entityTagOf(whole.text));
  expect(head.headers.get('etag')).toBe(etag);
  for (const method of METHODS) {
    const again = await read(path, { 'If-None-Match': `"other", ${etag}` }, method);
    expect([again.status, again.text, again.headers.get('etag')]).toEqual([304, '', etag]);
    for (const header of ['cache-control', 'vary'])
      expect(again.headers.get(header)).toBe(whole.headers.get(header));
  }
  return etag;
}

async function expectStale(path: string, etag: string): Promise<void> {
  for (const method of METHODS)
    expect((await read(path, { 'If-None-Match': etag }, method)).status).toBe(200);
}

/** The changes of a job as it runs, with or without an event, and whether its output shows them too. */
const CHANGES = [
  {
    what: 'an attempt',
    isOfOutput: true,
    sql: 'UPDATE jobs.outputs SET attempts = attempts + 1 WHERE job_id = $1',
  },
  {
    what: "an output's state",
    isOfOutput: true,
    sql: "UPDATE jobs.outputs SET state = 'running' WHERE job_id = $1",
  },
  {
    what: 'progress',
    isOfOutput: false,
    sql: `UPDATE jobs.jobs SET progress = '{"stage": "render", "fraction": 0.5, "queue_position": null}' WHERE job_id = $1`,
  },
  {
    what: 'a later deadline',
    isOfOutput: false,
    sql: "UPDATE jobs.jobs SET return_by = return_by + interval '1 hour' WHERE job_id = $1",
  },
] as const;

describe('an entity tag', () => {
  it.each(CHANGES)('of a job changes with $what', async ({ what, isOfOutput, sql }) => {
    const { jobId } = await api.admitJob(account.accountId, what);
    const [job, output] = [`/v1/jobs/${jobId}`, `/v1/outputs/${outputIdOf(jobId, 0)}`] as const;
    const [jobTag, outputTag] = [await tagOf(job), await tagOf(output)];
    await api.owner.query(sql, [jobId]);
    await expectStale(job, jobTag);
    if (isOfOutput) await expectStale(output, outputTag);
    else expect(await tagOf(output)).toBe(outputTag);
    await api.owner.query("UPDATE jobs.outputs SET state = 'queued', attempts = 0 WHERE job_id = $1", [
      jobId,
    ]);
    await fail(api, account.accountId, jobId);
  });

  it('of a job changes when it is delivered, and no more after that', async () => {
    const { jobId } = await api.admitJob(account.accountId, 'delivered');
    const path = `/v1/jobs/${jobId}`;
    const before = await tagOf(path);
    await deliver(api, account.accountId, jobId, Buffer.from('picture'));
    await expectStale(path, before);
    expect(await tagOf(path)).toBe(await tagOf(path));
  });

  it('of a job as its customer reads it does not match what support reads', async () => {
    const { jobId } = await api.admitJob(account.accountId, 'seen-by-support');
    const own = await tagOf(`/v1/jobs/${jobId}`);
    const support = await api.call(`/v1/jobs/${jobId}`, {
      key: api.platformKey,
      headers: { 'Holdfast-Account': account.accountId, 'If-None-Match': own },
    });
    expect(support.status).toBe(200);
    await fail(api, account.accountId, jobId);
  });

  it.each(['/v1/jobs', '/v1/events', '/v1/entries', '/v1/statement', '/v1/balance', '/v1/catalogue'])(
    'is not given for %s, which is sent whole to a reader with any tag',
    async (path) => {
      const answer = await api.call(path, { key: account.key, headers: { 'If-None-Match': '*' } });
      expect([answer.status, answer.headers.get('etag')]).toEqual([200, null]);
    },
  );

  it('does not make a submission a 304', async () => {
    const { jobId } = await api.admitJob(account.accountId, 'submitted');
    const submitted = await api.call('/v1/jobs', {
      key: account.key,
      body: STATIC_AD,
      headers: { 'Idempotency-Key': 'submitted', 'If-None-Match': '*' },
    });
    expect([submitted.status, submitted.headers.get('etag')]).toEqual([
      202,
      await tagOf(`/v1/jobs/${jobId}`),
    ]);
    await fail(api, account.accountId, jobId);
  });
});
