import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outputIdOf } from '../../../domain/ids.ts';
import { expectProblem, STATIC_AD, type ApiFixture, type TestAccount } from '../api-fixture.ts';
import { createApiWithWorker } from '../api-with-worker.ts';
import { fail } from '../job-ending.ts';

const TASK_QUEUE = 'api-edits';

let api: ApiFixture;
let account: TestAccount;
let source: string;
let undelivered: string;
let strangers: string;
beforeAll(async () => {
  api = await createApiWithWorker(TASK_QUEUE);
  account = await api.openAccount(2_000);
  source = await made('source', STATIC_AD);
  const { jobId } = await api.admitJob(account.accountId, 'fails');
  await fail(api, account.accountId, jobId);
  undelivered = outputIdOf(jobId, 0);
  strangers = await made('of another', STATIC_AD, await api.openAccount());
});
afterAll(() => api.close());

const quote = (body: unknown) => api.call('/v1/quotes', { key: account.key, body });
const submit = (key: string, body: unknown, as = account) =>
  api.call('/v1/jobs', {
    key: as.key,
    body,
    headers: { 'Idempotency-Key': key, Prefer: 'wait=30' },
  });
const output = async (id: string) => (await api.call(`/v1/outputs/${id}`, { key: account.key })).json();
const editOf = (id: string, other: object = {}) => ({ kind: 'edit', source_output_id: id, ...other });

/** Runs a job to its end; returns the id of its only output. */
async function made(key: string, body: unknown, as = account): Promise<string> {
  const answer = await submit(key, body, as);
  const job = answer.json<{ state: string; outputs: { id: string }[] }>();
  expect([answer.status, job.state]).toEqual([200, 'succeeded']);
  return job.outputs[0]?.id ?? '';
}

const available = async () =>
  (await api.call('/v1/balance', { key: account.key })).json<{ available: number }>().available;

describe('an edit', () => {
  it('costs what its source costs, is charged for, and may cite a quote', async () => {
    const body = editOf(source, { instruction: 'Make it blue' });
    const quoted = (await quote(body)).json();
    expect(quoted).toMatchObject({
      total: 35,
      lines: [{ kind: 'edit', unit_credits: 35 }],
      deadline_seconds: 900,
    });
    const before = await available();
    const answer = await submit('edit', { ...body, quote_id: quoted['id'] });
    expect(answer.json()).toMatchObject({
      kind: 'edit',
      state: 'succeeded',
      billing: { quoted: 35, committed: 35 },
      outputs: [{ content_type: 'image/png' }],
    });
    expect(await available()).toBe(before - 35);
  });

  it('of a video is a video of the source’s length and quality, unless it says its own', async () => {
    const film = await made('film', {
      ...STATIC_AD,
      kind: 'video_ad',
      duration_seconds: 15,
      quality: 'draft',
    });
    expect((await quote(editOf(film, { quality: 'high' }))).json()).toMatchObject({
      total: 700,
      deadline_seconds: 1_800,
    });
    const answer = await submit('film again', editOf(film));
    expect(answer.json()).toMatchObject({
      billing: { committed: 500 },
      outputs: [{ content_type: 'video/mp4' }],
    });
  });

  it('names its source and is listed by it, and an edit of the edit is not listed by the first source', async () => {
    const first = await made('chain 1', editOf(source));
    const second = await made('chain 2', editOf(first, { instruction: 'headline: Tea' }));
    expect(await output(second)).toMatchObject({ source_output_id: first, derived_output_ids: [] });
    expect(await output(first)).toMatchObject({ source_output_id: source, derived_output_ids: [second] });
    const { source_output_id: root, derived_output_ids: edits } = await output(source);
    expect([root, edits]).toEqual([null, expect.arrayContaining([first]) as string[]]);
    expect(edits).not.toContain(second);
  });

  it('gives the model the kind and the brief of its source, and the instruction', async () => {
    const id = await made('work', editOf(source, { instruction: 'louder' }));
    const { rows } = await api.owner.query('SELECT work FROM jobs.outputs WHERE output_id = $1', [id]);
    const own = { source_output_id: source, instruction: 'louder' };
    expect(rows).toEqual([{ work: { ...STATIC_AD, ...own, model: 'local/render' } }]);
  });

  it('in a batch is priced from its source', async () => {
    const items = [STATIC_AD, editOf(source, { variations: 2 })];
    expect((await quote({ kind: 'batch', items })).json()).toMatchObject({ total: 105 });
  });
});

describe('an edit without a delivered source', () => {
  it('is the same 404 for an output of another account as for an unknown one, and leaves its key free', async () => {
    const nobodys = outputIdOf(`job_${'a'.repeat(26)}`, 0);
    const details = [];
    for (const [index, id] of [strangers, nobodys].entries()) {
      details.push(expectProblem(await quote(editOf(id)), 404, 'not_found')['detail']);
      const refused = await submit(`none ${String(index)}`, editOf(id));
      details.push(expectProblem(refused, 404, 'not_found')['detail']);
      expect((await submit(`none ${String(index)}`, editOf(source))).status).toBe(200);
    }
    expect(new Set(details).size).toBe(1);
  });

  it('is refused by admission too, where the API has not looked before', async () => {
    const { admission } = await api.admitJob(account.accountId, 'unlooked', editOf(strangers));
    expect(admission).toMatchObject({ outcome: 'refused', code: 'not_found', reason: 'source_not_found' });
  });

  it('is a 409 where the output was not delivered, and again at a replay', async () => {
    expectProblem(await quote(editOf(undelivered)), 409, 'state_conflict');
    const before = await available();
    const refused = expectProblem(await submit('too early', editOf(undelivered)), 409, 'state_conflict');
    expect(refused['detail']).toMatch(/delivered/);
    const again = await submit('too early', editOf(undelivered));
    expectProblem(again, 409, 'state_conflict');
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await available()).toBe(before);
  });
});
