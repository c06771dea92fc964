import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json, StackInUse } from './running-stack.ts';
import { leaseSharedStack } from './shared-stack.ts';

const PAGE = readFileSync(path.join(import.meta.dirname, '../../docs/support.md'), 'utf8');
/** By what stands above it, up to its first colon or full stop. */
const QUERIES = new Map(
  [...PAGE.matchAll(/\n([^\n:.]+)[^\n]*\n\n```sql\n(.*?)\n```/gs)].map(([, name = '', query = '']) => [
    name,
    query,
  ]),
);
const METADATA = '__temporal_workflow_metadata';

let running: StackInUse;
let account: string;
let stuck: Json;
let unknown: Json;
let failed: Json;
let moderated: Json;
let terminated: Json;
let batch: Json;
beforeAll(async () => {
  running = await leaseSharedStack();
  account = await running.openAccount();
  const ad = (scenario: string, other: object = {}) => ({
    kind: 'static_ad',
    brief: { headline: `Top secret ${randomUUID()}` },
    test_scenario: scenario,
    ...other,
  });
  const submit = async (body: object) => (await running.submit(account, body)).body;
  // Stuck at three quarters of its deadline, and on for long enough to be looked at.
  stuck = await submit(ad('never_finishes', { deadline_seconds: 600 }));
  unknown = await submit(ad('unknown_outcome_lost', { deadline_seconds: 600 }));
  failed = await submit(ad('fails_after_start'));
  moderated = await submit(ad('moderated_input'));
  terminated = await submit(ad('never_finishes'));
  batch = await submit({ kind: 'batch', items: [ad('ok'), ad('zero_outputs')] });
  await running.temporal.workflow.getHandle(terminated.id as string).terminate('by hand');
  for (const job of [failed, moderated, terminated, batch])
    await running.untilEnded(account, job.id as string);
  await until(async () => (await statusOf(unknown)).state === 'unknown');
  await until(
    async () =>
      (await running.call('GET', `/v1/jobs/${stuck.id as string}`, { account })).body.state === 'stuck',
  );
});
afterAll(async () => {
  for (const job of [stuck, unknown]) {
    const headers = { 'idempotency-key': randomUUID() };
    await running.call('POST', `/v1/jobs/${job.id as string}/cancel`, { account, headers });
    await running.untilEnded(account, job.id as string);
  }
  expect(await running.reconcile()).toEqual([]);
  await running.close();
});

const statusOf = (job: Json) => running.temporal.workflow.getHandle(job.id as string).query<Json>('status');
async function detailsOf(workflowId: string): Promise<string> {
  const metadata = await running.temporal.workflow.getHandle(workflowId).query<Json>(METADATA);
  return metadata.currentDetails as string;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 200));
}

/** Those of ours that a saved query finds: other files use the stack too. */
async function found(name: string): Promise<readonly string[]> {
  const query = (QUERIES.get(name) ?? `no query: ${name}`)
    .replaceAll('<account>', account)
    .replaceAll('<job>', batch.id as string)
    .replaceAll('<an hour ago>', new Date(Date.now() + 1_000).toISOString())
    .replaceAll('<today>', new Date(Date.now() - 3_600_000).toISOString());
  const ours = [stuck, unknown, failed, moderated, terminated, batch].flatMap((job) => [
    job.id as string,
    ...(job.outputs as Json[]).map(({ id }) => id as string),
  ]);
  const ids: string[] = [];
  for await (const { workflowId } of running.temporal.workflow.list({ query })) ids.push(workflowId);
  return ids.filter((id) => ours.includes(id));
}

describe('the saved queries of docs/support.md', () => {
  it('are at least ten', () => {
    expect(QUERIES.size).toBeGreaterThanOrEqual(10);
  });

  it.each<[string, () => readonly string[]]>([
    ['Stuck now', () => [stuck.id]],
    ['Stuck for more than an hour', () => [stuck.id]],
    ['Unknown outcome', () => [unknown.id]],
    ['Everything of an account that runs', () => [stuck.id, unknown.id]],
    ['What failed for an account today', () => [failed.id, batch.outputs[1].id]],
    ['Blocked by moderation, of an account', () => [moderated.id]],
    ["Failed today by the provider's fault", () => [failed.id, batch.outputs[1].id]],
    ['Failed today by ours', () => []],
    ['Ended by hand in Temporal UI', () => [terminated.id]],
    ['The outputs of a batch that did not come', () => [batch.outputs[1].id]],
    ['Expensive jobs under way', () => []],
    ['Late in the first place', () => [stuck.id, unknown.id]],
  ])('%s', async (name, expected) => {
    // Visibility is late: it is asked until it has caught up.
    await expect
      .poll(() => found(name), { timeout: 60_000 })
      .toEqual(expect.arrayContaining([...expected()]));
    if (expected().length === 0) expect(await found(name)).toEqual([]);
  });

  it('have a case here each', () => {
    expect(QUERIES.size).toBe(12);
  });
});

describe('what Temporal UI shows of a job', () => {
  it('is its status: reservation, amount, attempt, provider job, deadline, next action', async () => {
    const details = await detailsOf(stuck.id as string);
    expect(details).toContain(`| State | stuck |`);
    expect(details).toContain(`| Reservation | \`${stuck.outputs[0].reservation_id as string}\` |`);
    expect(details).toContain('| Amount | 35 credits |');
    expect(details).toMatch(/\| Attempt \| render 1 at local \(`att_/);
    expect(details).not.toContain('| Provider job | not known |');
    expect(details).toContain(`| Next automatic action | `);
    expect(await detailsOf(unknown.id as string)).toMatch(
      /outcome unknown .*\| Provider job \| not known \|/s,
    );
    expect(await detailsOf(failed.id as string)).toBe(
      'Ended: not delivered (provider_failed), the credits are back.',
    );
    expect(await detailsOf(batch.id as string)).toBe('Ended: 1 of 2 delivered, 35 credits returned.');
  });

  it('is its buttons, each with its arguments', async () => {
    const { definition } = await running.temporal.workflow
      .getHandle(stuck.id as string)
      .query<Json>(METADATA);
    const described = (list: Json[]) =>
      Object.fromEntries(list.map(({ name, description }) => [name, description]));
    const buttons = (definition.updateDefinitions as Json[]).filter(({ description }) => description);
    expect(described(buttons)).toEqual({
      release: expect.stringContaining('"reason"'),
      extend: expect.stringContaining('"until"'),
      restart: expect.stringContaining('"from_attempt"'),
      resolve: expect.stringContaining('did_not_run'),
    });
    expect(described(definition.queryDefinitions)).toMatchObject({
      status: expect.stringContaining('deadline'),
    });
  });

  it('follows what support does', async () => {
    const until = new Date(Date.now() + 3_600_000).toISOString();
    await running.temporal.workflow
      .getHandle(stuck.id as string)
      .executeUpdate('extend', { args: [{ actor: 'ann', reason: 'it comes', until }] });
    expect(await detailsOf(stuck.id as string)).toContain(`| Deadline | ${until} |`);
    await expect(
      running.temporal.workflow
        .getHandle(stuck.id as string)
        .executeUpdate('resolve', { args: [{ actor: 'ann', reason: 'r', outcome: 'ran' }] }),
    ).rejects.toMatchObject({ cause: { type: 'state_conflict' } });
  });

  it('shows nothing of the brief in unencrypted fields', async () => {
    for (const job of [stuck, unknown, failed, batch]) {
      const handle = running.temporal.workflow.getHandle(job.id as string);
      const description = await handle.describe();
      const shown = [
        JSON.stringify(description.typedSearchAttributes.toJSON()),
        await description.staticSummary(),
        await description.staticDetails(),
        await detailsOf(job.id as string),
      ].join('\n');
      expect(shown).not.toMatch(/secret/i);
    }
  });
});
