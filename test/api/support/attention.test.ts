import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Attention } from '../../../contract/shapes/attention-shapes.ts';
import { createApiFixture, expectProblem, type ApiFixture } from '../api-fixture.ts';

let api: ApiFixture;
beforeAll(async () => {
  api = await createApiFixture();
});
afterAll(() => api.close());

const read = async () => (await api.call('/v1/attention', { key: api.platformKey })).json<Attention>();

test('of a deployment where all is well nothing asks for a person, and each model is told of', async () => {
  const { stuck, unknown_outcomes, overdue, reviews, repairs, webhooks, models } = await read();
  expect([stuck, unknown_outcomes, overdue, reviews, repairs, webhooks]).toEqual([[], [], [], [], [], []]);
  expect(models).toContainEqual(expect.objectContaining({ name: 'local/render', health: 'ok' }));
});

test('what is stuck, overdue, in repair or failing is named with its account, and the most urgent comes first', async () => {
  const { accountId } = await api.openAccount(5_000);
  const ids: string[] = [];
  for (let nth = 0; nth < 3; nth++) ids.push((await api.admitJob(accountId, randomUUID())).jobId);
  const [first = '', second = '', third = ''] = ids;
  await api.owner.query("UPDATE jobs.jobs SET state = 'stuck' WHERE job_id = ANY ($1)", [[first, second]]);
  await api.owner.query(
    "UPDATE jobs.jobs SET return_by = return_by - interval '1 minute' WHERE job_id = $1",
    [second],
  );
  await api.owner.query(
    "UPDATE ledger.reservations SET return_by = now() - interval '1 hour' WHERE job_id = $1",
    [third],
  );
  await api.worker.query('SELECT jobs.record_repairs($1)', [
    JSON.stringify([
      { account_id: accountId, reservation_id: third.replace('job_', 'rsv_') + '_0', why: 'a test' },
    ]),
  ]);
  await api.owner.query(
    `INSERT INTO jobs.webhook_endpoints (account_id, endpoint_id, url, events, secret, failures, failing_since, created_at)
     VALUES ($1, 'we_failing', 'https://example.com/hook', '{job.failed}', 'whsec_1', 3, now(), now()),
            ($1, 'we_well', 'https://example.com/well', '{job.failed}', 'whsec_2', 0, NULL, now())`,
    [accountId],
  );
  const found = await read();
  expect(found.stuck.map(({ job_id }) => job_id)).toEqual([second, first]);
  expect(found.overdue).toMatchObject([{ account_id: accountId, job_id: third, credits: 35 }]);
  expect(found.repairs).toMatchObject([{ account_id: accountId, job_id: third, why: 'a test', tries: 1 }]);
  expect(found.webhooks).toMatchObject([{ account_id: accountId, id: 'we_failing', enabled: true }]);
});

test('is one query over what is open, at most 25 of each kind', async () => {
  const { accountId } = await api.openAccount(50_000);
  for (let nth = 0; nth < 27; nth++) await api.admitJob(accountId, randomUUID());
  await api.owner.query("UPDATE jobs.jobs SET state = 'stuck' WHERE account_id = $1", [accountId]);
  expect((await read()).stuck).toHaveLength(25);
});

test('is for support of live accounts', async () => {
  const { key } = await api.openAccount();
  expectProblem(await api.call('/v1/attention', { key }), 403, 'forbidden');
  const testKey = await api.createKey(null, ['support'], 'test');
  expectProblem(await api.call('/v1/attention', { key: testKey }), 403, 'forbidden');
});
