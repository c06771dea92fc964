import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Attention } from '../../../contract/shapes/attention-shapes.ts';
import { outputIdOf, reservationIdOf } from '../../../domain/ids.ts';
import { recordRepairs } from '../../../jobs/support/repairs.ts';
import { createApiFixture, expectProblem, type ApiFixture } from '../api-fixture.ts';
import { deliver, fail } from '../job-ending.ts';

let api: ApiFixture;
beforeAll(async () => {
  api = await createApiFixture();
});
afterAll(() => api.close());

const read = async () => (await api.call('/v1/attention', { key: api.platformKey })).json<Attention>();

test('the attention of a sound deployment lists nothing, and names the health of each model', async () => {
  const { stuck, unknown_outcomes, overdue, reviews, repairs, webhooks, models } = await read();
  expect([stuck, unknown_outcomes, overdue, reviews, repairs, webhooks]).toEqual([[], [], [], [], [], []]);
  expect(models).toContainEqual(expect.objectContaining({ name: 'local/render', health: 'ok' }));
});

test('what is stuck, overdue, in repair or failing is listed with its account, the most urgent first', async () => {
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

test('of more than 25 stuck jobs the 25 that return first are listed, and it says that there are more', async () => {
  const { accountId } = await api.openAccount(50_000);
  for (let nth = 0; nth < 27; nth++) await api.admitJob(accountId, randomUUID());
  const { rows } = await api.owner.query<{ job_id: string }>(
    `UPDATE jobs.jobs j SET return_by = now() + make_interval(days => n.nth::int) FROM (
       SELECT job_id, row_number() OVER (ORDER BY job_id) AS nth FROM jobs.jobs WHERE account_id = $1) n
     WHERE j.job_id = n.job_id RETURNING j.job_id, n.nth`,
    [accountId],
  );
  const ids = rows.map((row) => row.job_id).sort();
  const stuck = (some: readonly string[]) =>
    api.owner.query(`UPDATE jobs.jobs SET state = 'stuck' WHERE job_id = ANY ($1)`, [some]);
  await api.owner.query("UPDATE jobs.jobs SET state = 'running' WHERE account_id <> $1", [accountId]);
  await stuck(ids.slice(0, 25));
  const exact = await read();
  expect([exact.stuck.length, exact.more]).toEqual([25, []]);
  await stuck(ids);
  const more = await read();
  expect([more.stuck, more.more]).toEqual([exact.stuck, ['stuck']]);
});

test('a review is listed until it is decided, and a repair until its reservation ends, also after a prune', async () => {
  const { accountId } = await api.openAccount(5_000);
  const { jobId } = await api.admitJob(accountId, randomUUID());
  const { outputId } = await deliver(api, accountId, jobId, Buffer.from('picture'));
  const report = await api.call(`/v1/outputs/${outputId}/reports`, {
    ...{ key: api.platformKey, headers: { 'Holdfast-Account': accountId } },
    body: { category: 'broken' },
  });
  const { id } = report.json<{ id: string }>();
  const prune = () => api.worker.query('SELECT jobs.prune_attention()');
  const waiting = async () => (await read()).reviews.map((one) => one.id);
  const kept = async () =>
    (await api.owner.query(`SELECT kind FROM jobs.may_be_open WHERE account_id = $1`, [accountId])).rows;
  await prune();
  expect(await waiting()).toEqual([id]);
  const decide = await api.call(`/v1/reviews/${id}/decision`, {
    ...{ key: api.platformKey, headers: { 'Idempotency-Key': 'd', 'Holdfast-Account': accountId } },
    body: { decision: 'deny', reason: 'as asked' },
  });
  expect(decide.status).toBe(200);
  expect(await waiting()).toEqual([]);
  expect(await kept()).toEqual([{ kind: 'review' }]);
  await prune();
  expect(await kept()).toEqual([]);
  const held = await api.admitJob(accountId, randomUUID());
  await recordRepairs(api.worker, [
    { accountId, reservationId: reservationIdOf(outputIdOf(held.jobId, 0)), why: 'a test' },
  ]);
  await prune();
  expect((await read()).repairs).toContainEqual(expect.objectContaining({ account_id: accountId }));
  await fail(api, accountId, held.jobId);
  expect((await read()).repairs).not.toContainEqual(expect.objectContaining({ account_id: accountId }));
  await prune();
  expect(await kept()).toEqual([]);
});

test('each list of the attention is read from the beginning of an index', async () => {
  const { rows } = await api.owner.query<{ definition: string }>(
    `SELECT pg_get_functiondef('jobs.read_attention'::regproc) AS definition`,
  );
  const body = /\$function\$([^]*)\$function\$/.exec(rows[0]?.definition ?? '')?.[1] ?? '';
  const client = await api.owner.connect();
  try {
    // As the function has it.
    await client.query('SET enable_seqscan = off; SET enable_bitmapscan = off');
    const plan = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${body.replaceAll('p_limit', '26')}`);
    const text = plan.rows.map((row) => row['QUERY PLAN']).join('\n');
    for (const index of [
      ...['jobs_stuck_by_return', 'attempts_unknown_by_age', 'reservations_open_by_return'],
      ...['reviews_may_be_open_by_age', 'repairs_may_be_open_by_age', 'webhook_endpoints_failing'],
    ]) {
      expect(text).toMatch(new RegExp(`Index (?:Only )?Scan using ${index}`));
    }
  } finally {
    await client.query('RESET ALL');
    client.release();
  }
});

test('the attention is refused to an account key, and to support of test mode', async () => {
  const { key } = await api.openAccount();
  expectProblem(await api.call('/v1/attention', { key }), 403, 'forbidden');
  const testKey = await api.createKey(null, ['support'], 'test');
  expectProblem(await api.call('/v1/attention', { key: testKey }), 403, 'forbidden');
});
