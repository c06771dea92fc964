import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { attemptReferenceOf, outputIdOf, reservationIdOf } from '../../../domain/ids.ts';
import { createAttempts } from '../../../jobs/attempts/attempts.ts';
import { recordRepairs } from '../../../jobs/support/repairs.ts';
import { CHECKOUT, WRITTEN_FILES } from '../../packaging/checkout-files.ts';
import { createApiFixture, expectProblem, STATIC_AD, type ApiFixture } from '../api-fixture.ts';

const DOCS = path.join(CHECKOUT, 'docs');
const RULES = path.join(DOCS, 'alerts.yml');

let api: ApiFixture;
beforeAll(async () => {
  api = await createApiFixture();
});
afterAll(() => api.close());

async function scrape(at = api.url): Promise<string> {
  const answer = await api.call('/metrics', { key: api.platformKey, at });
  expect(answer.status, answer.text).toBe(200);
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  return answer.text;
}

/** The names of the metrics that are ours. */
function namesOf(text: string): readonly string[] {
  return [...text.matchAll(/^# TYPE (holdfast_\w+) /gm)].map(([, name = '']) => name);
}

/** The names of those that a worker serves beside the SDK's (worker-process.test.ts reads them there). */
function namesOfWorker(): readonly string[] {
  const files = WRITTEN_FILES.filter((file) => /^(workflows|activities|worker)\/.*\.ts$/.test(file));
  const texts = files.map((file) => readFileSync(path.join(CHECKOUT, file), 'utf8'));
  return texts.flatMap((text) => [...text.matchAll(/'(holdfast_\w+)'/g)].map(([, name = '']) => name));
}

it('the metrics are refused without a key, and to a key of an account', async () => {
  const { accountId, key } = await api.openAccount();
  expectProblem(await api.call('/metrics'), 401, 'unauthenticated');
  expectProblem(await api.call('/metrics', { key }), 403, 'forbidden');
  const support = await api.createKey(accountId, ['support']);
  expectProblem(await api.call('/metrics', { key: support }), 403, 'forbidden');
});

it('the metrics show requests by call, submissions by outcome, and what is open now', async () => {
  const { accountId, key } = await api.openAccount(1_000);
  await api.admitJob(accountId, 'open');
  await api.call('/v1/jobs/job_nothing', { key });
  await api.call('/nothing/here', { key });
  await api.call('/v1/jobs', { key, body: STATIC_AD });
  await api.owner.query(
    `INSERT INTO jobs.breakers (provider, model, failures, step, opened_at) VALUES ('p', 'm', 5, 'run', now())`,
  );
  await api.owner.query(
    `INSERT INTO jobs.webhook_deliveries (account_id, endpoint_id, sequence, type, state, due_at, created_at)
     SELECT $1, 'we', n, 'job.failed', CASE n WHEN 3 THEN 'failed' ELSE 'pending' END, now() + n * interval '1 hour' - interval '90 minutes', now()
     FROM generate_series(1, 3) n`,
    [accountId],
  );
  const text = await scrape();
  expect(text).toContain('holdfast_webhooks_pending 2');
  expect(text).toMatch(/^holdfast_webhooks_late_seconds 18\d\d/m);
  expect(text).toContain('holdfast_http_requests_total{method="GET",route="/v1/jobs/:id",status="404"} 1');
  expect(text).toContain('holdfast_http_requests_total{method="GET",route="none",status="404"} 1');
  expect(text).toContain('holdfast_admissions_total{outcome="idempotency_key_missing"} 1');
  expect(text).toContain('holdfast_reservations_open 1');
  expect(text).toContain('holdfast_reserved_credits 35');
  expect(text).toMatch(/holdfast_breaker_state\{provider="p",model="m"\} [12]/);
  expect(text).toContain('holdfast_database_up 1');
  expect(text).not.toContain(accountId);
});

it('what is stuck, in repair, overdue, in flight, in line or unknown has its number from PostgreSQL', async () => {
  const { accountId } = await api.openAccount(1_000);
  const ids: string[] = [];
  for (const key of ['late', 'lost', 'in line']) ids.push((await api.admitJob(accountId, key)).jobId);
  const [late = '', lost = '', inLine = ''] = ids;
  const referenceOf = (jobId: string) =>
    attemptReferenceOf({ accountId, outputId: outputIdOf(jobId, 0), stage: 'render', number: 1 });
  await api.owner.query(`UPDATE jobs.jobs SET state = 'stuck' WHERE job_id = ANY ($1)`, [[late, lost]]);
  await api.owner.query(
    `UPDATE ledger.reservations SET created_at = now() - interval '2 days', return_by = now() - interval '1 day'
     WHERE job_id = $1`,
    [lost],
  );
  const why = 'a test';
  await recordRepairs(api.worker, [
    { accountId, reservationId: reservationIdOf(outputIdOf(lost, 0)), why },
    { accountId, reservationId: reservationIdOf(outputIdOf(late, 0)), why },
  ]);
  const attempts = createAttempts(api.worker);
  for (const jobId of [late, lost])
    await attempts.begin({
      ...{ accountId, jobId, outputId: outputIdOf(jobId, 0), stage: 'render', number: 1, isFinal: true },
      ...{ reference: referenceOf(jobId), provider: 'slow', model: 'm' },
    });
  await attempts.move(accountId, referenceOf(lost), { from: ['posting'], to: 'unknown' });
  await api.worker.query(`SELECT FROM jobs.queue_attempts('slow', 'm', 1, NULL, $1, $2, $3)`, [
    [accountId],
    [inLine],
    [referenceOf(inLine)],
  ]);
  await api.owner.query(
    `INSERT INTO jobs.breakers (provider, model, failures, step) VALUES ('slow', 'm', 1, 'run')`,
  );
  // One that has read nothing yet: values are kept for 5 s.
  const another = await api.serveAnother();
  const text = await scrape(another.url);
  await another.stop();
  const lines = text.split('\n');
  for (const line of [
    'holdfast_jobs_stuck 2',
    'holdfast_repairs_open 2',
    'holdfast_reservations_overdue 1',
    'holdfast_attempts_unknown 1',
    'holdfast_attempts_in_flight{provider="slow",model="m"} 2',
    'holdfast_attempts_waiting{provider="slow",model="m"} 1',
    'holdfast_breaker_state{provider="slow",model="m"} 0',
  ])
    expect(lines).toContain(line);
  const [, age] = /^holdfast_oldest_reservation_age_seconds (\S+)$/m.exec(text) ?? [];
  expect(Math.floor(Number(age) / 86_400)).toBe(2);
});

it('requests are timed by method and declared route, and a stream is counted and not timed', async () => {
  const { key } = await api.openAccount();
  const another = await api.serveAnother();
  const at = another.url;
  for (const path of ['/v1/balance', '/v1/jobs/job_1', '/v1/jobs/job_2']) await api.call(path, { key, at });
  const headers = { Authorization: `Bearer ${key}`, Accept: 'text/event-stream' };
  const stream = await fetch(`${at}/v1/events`, { headers });
  await stream.body?.cancel();
  const counted = 'holdfast_http_requests_total{method="GET",route="/v1/events",status="200"} 1';
  await expect.poll(() => scrape(at)).toContain(counted);
  const timed = [
    ...(await scrape(at)).matchAll(/duration_seconds_count\{method="GET",route="(\S+)"\} (\d+)/g),
  ]
    .map(([, route, count]) => [route, Number(count)] as const)
    .filter(([route]) => route !== '/metrics');
  expect(timed).toEqual([
    ['/v1/balance', 1],
    ['/v1/jobs/:id', 2],
  ]);
  await another.stop();
});

it('the runbook lists every metric of API and worker, every alert, and no other', async () => {
  const page = readFileSync(path.join(DOCS, 'runbook.md'), 'utf8');
  const section = page.split('## Metrics and alerts\n')[1]?.split('\n## ')[0] ?? '';
  const listed = [...section.matchAll(/^\| `(holdfast_\w+)/gm)].map(([, name = '']) => name);
  expect(listed.toSorted()).toEqual([...namesOf(await scrape()), ...namesOfWorker()].toSorted());
  const alerts = [...section.matchAll(/^\| `(Holdfast\w+)/gm)].map(([, name = '']) => name);
  const { groups } = parse(readFileSync(RULES, 'utf8')) as {
    groups: readonly { rules: readonly { alert: string; expr: string }[] }[];
  };
  const rules = groups.flatMap((group) => group.rules);
  expect(alerts).toEqual(rules.map(({ alert }) => alert));
  expect(rules).toHaveLength(10);
});

it('the alerts name metrics that exist', async () => {
  const names = namesOf(await scrape());
  const asked = [...readFileSync(RULES, 'utf8').matchAll(/holdfast_\w+/g)].map(([name]) => name);
  expect(asked.filter((name) => !names.includes(name.replace(/_bucket$/, '')))).toEqual([]);
});

it('a metric whose name ends in _total is a counter, and every counter has such a name', async () => {
  const types = [...(await scrape()).matchAll(/^# TYPE (\w+) (\w+)/gm)];
  expect(types.length).toBeGreaterThan(30);
  const isOdd = ([, name = '', type]: RegExpMatchArray) => name.endsWith('_total') !== (type === 'counter');
  expect(types.filter(isOdd).map(([, name]) => name)).toEqual([]);
});

it('the rules of the alerts are accepted by promtool, and fire over the series of a case and not before', (context) => {
  if (spawnSync('promtool', ['--version']).error !== undefined) {
    process.stdout.write('SKIPPED: docs/alerts.yml by promtool, which is not installed here\n');
    context.skip();
  }
  const promtool = (...args: readonly string[]) => execFileSync('promtool', args, { encoding: 'utf8' });
  expect(promtool('check', 'rules', RULES)).toContain('10 rules found');
  expect(promtool('test', 'rules', path.join(import.meta.dirname, 'alerts.promtool.yml'))).toContain(
    'SUCCESS',
  );
});
