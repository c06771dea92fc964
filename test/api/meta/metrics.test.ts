import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createApiFixture, expectProblem, STATIC_AD, type ApiFixture } from '../api-fixture.ts';

const DOCS = path.join(import.meta.dirname, '../../../docs');
const RULES = path.join(DOCS, 'alerts.yml');

let api: ApiFixture;
beforeAll(async () => {
  api = await createApiFixture();
});
afterAll(() => api.close());

async function scrape(): Promise<string> {
  const answer = await api.call('/metrics', { key: api.platformKey });
  expect(answer.status, answer.text).toBe(200);
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  return answer.text;
}

/** The names of the metrics that are ours. */
function namesOf(text: string): readonly string[] {
  return [...text.matchAll(/^# TYPE (holdfast_\w+) /gm)].map(([, name = '']) => name);
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

it('the runbook lists every metric and every alert, and no other', async () => {
  const page = readFileSync(path.join(DOCS, 'runbook.md'), 'utf8');
  const section = page.split('## Metrics and alerts\n')[1]?.split('\n## ')[0] ?? '';
  const listed = [...section.matchAll(/^\| `(holdfast_\w+)/gm)].map(([, name = '']) => name);
  expect(listed.toSorted()).toEqual([...namesOf(await scrape())].toSorted());
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

it('the rules of the alerts are accepted by promtool', (context) => {
  if (spawnSync('promtool', ['--version']).error !== undefined) {
    process.stdout.write('skipped: docs/alerts.yml by promtool, which is not installed here\n');
    context.skip();
  }
  expect(execFileSync('promtool', ['check', 'rules', RULES], { encoding: 'utf8' })).toContain(
    '10 rules found',
  );
});
