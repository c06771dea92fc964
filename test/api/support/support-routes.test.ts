import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { recordRepairs } from '../../../jobs/support/repairs.ts';
import { createApiFixture, expectProblem, type ApiFixture, type TestAccount } from '../api-fixture.ts';
import { deliver, fail } from '../job-ending.ts';

let api: ApiFixture;
let account: TestAccount;
let jobs = 0;
beforeAll(async () => {
  api = await createApiFixture();
});
afterAll(async () => {
  await api.expectReconciled();
  await api.close();
});
beforeEach(async () => {
  account = await api.openAccount();
});

type Job = {
  readonly id: string;
  readonly state: string;
  readonly failure: object | null;
  readonly billing: Readonly<Record<string, number>>;
  readonly links: Readonly<Record<string, string>>;
};

const nextJob = async () => (await api.admitJob(account.accountId, `job ${String(++jobs)}`)).jobId;

/** A job without a workflow: what moves money alone can be done to it. */
async function delivered(): Promise<string> {
  const jobId = await nextJob();
  await deliver(api, account.accountId, jobId, Buffer.from('picture'));
  return jobId;
}

const command = (
  jobId: string,
  name: string,
  body: unknown = { reason: 'because' },
  { key = `k${String(++jobs)}`, as = api.platformKey, headers = {} } = {},
) =>
  api.call(`/v1/jobs/${jobId}/${name}`, {
    key: as,
    body,
    headers: { 'Idempotency-Key': key, 'Holdfast-Account': account.accountId, ...headers },
  });

const actions = async () =>
  (
    await api.owner.query<{ actor: string; action: string; reason: string }>(
      'SELECT actor, action, reason FROM ledger.operator_actions WHERE account_id = $1 ORDER BY action_id',
      [account.accountId],
    )
  ).rows;
const available = async () =>
  (await api.call('/v1/balance', { key: account.key })).json<{ available: number }>().available;

describe('release', () => {
  it('returns what is reserved, records who did it and why, and is the same under its key', async () => {
    const jobId = await nextJob();
    const headers = { 'Holdfast-Actor': 'Ann' };
    const first = await command(jobId, 'release', { reason: 'customer waits' }, { key: 'r', headers });
    expect([first.status, first.headers.has('idempotent-replayed')]).toEqual([202, false]);
    expect(first.json<Job>()).toMatchObject({
      id: jobId,
      state: 'failed',
      failure: {
        ...{ code: 'terminated', at_fault: 'us' },
        detail: 'Support ended the job before it was done, and its credits were returned.',
      },
      billing: { reserved: 0, committed: 0, returned: 35 },
    });
    const again = await command(jobId, 'release', { reason: 'customer waits' }, { key: 'r' });
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([202, 'true']);
    expect(await actions()).toEqual([
      {
        actor: expect.stringMatching(/^key:key_\w+ \(Ann\)$/),
        action: 'release_job',
        reason: 'customer waits',
      },
    ]);
    expect(await available()).toBe(1_000);
    const other = await command(jobId, 'release', { reason: 'another' }, { key: 'r' });
    expect(expectProblem(other, 422, 'idempotency_key_reused')).toMatchObject({ job_id: jobId });
  });

  it('of a job that has ended is refused with a reason, again under its key, and changes nothing', async () => {
    const jobId = await delivered();
    for (const isReplay of [false, true]) {
      const answer = await command(jobId, 'release', { reason: 'r' }, { key: 'late' });
      expect(expectProblem(answer, 409, 'state_conflict')).toMatchObject({
        reason: 'job_ended',
        job_id: jobId,
        billed: 'no',
      });
      expect(answer.headers.has('idempotent-replayed')).toBe(isReplay);
    }
    expect(await available()).toBe(965);
    expect(await actions()).toEqual([]);
  });
});

describe('refund', () => {
  it('returns a part, then the rest, and both are in the job, the entries and the events', async () => {
    const jobId = await delivered();
    const part = await command(jobId, 'refund', { reason: 'logo is off', credits: 10 });
    expect(part.json<Job>().billing).toMatchObject({ committed: 35, refunded: 10 });
    const rest = await command(jobId, 'refund', { reason: 'all of it' });
    expect(rest.json<Job>()).toMatchObject({ state: 'succeeded', billing: { committed: 35, refunded: 35 } });
    expect(await available()).toBe(1_000);
    const entries = (await api.call(`/v1/entries?job_id=${jobId}&kind=refund`, { key: account.key })).json<{
      data: object[];
    }>().data;
    expect(entries).toMatchObject([
      { kind: 'refund', credits: 25, reason: 'all of it' },
      { kind: 'refund', credits: 10, reason: 'logo is off' },
    ]);
    const events = (await api.call(`/v1/jobs/${jobId}/events`, { key: account.key })).json<{
      data: { type: string; data: object }[];
    }>().data;
    expect(
      events.filter((event) => event.type === 'credits.refunded').map((event) => event.data),
    ).toMatchObject([
      { credits: 10, reason: 'logo is off' },
      { credits: 25, reason: 'all of it' },
    ]);
  });

  it.each<[string, object, string]>([
    ['more than was charged', { credits: 36 }, 'exceeds_committed'],
    ['of what was returned', {}, 'nothing_committed'],
    ['of what still runs', {}, 'nothing_committed'],
  ])('is refused: %s', async (what, body, reason) => {
    const jobId = what.startsWith('more') ? await delivered() : await nextJob();
    if (what === 'of what was returned') await fail(api, account.accountId, jobId);
    const answer = await command(jobId, 'refund', { reason: 'r', ...body });
    expect(expectProblem(answer, 409, 'state_conflict')).toMatchObject({ reason });
    expect(await actions()).toEqual([]);
  });

  it('sent twice at once returns the credits once', async () => {
    const jobId = await delivered();
    const answers = await Promise.all([command(jobId, 'refund'), command(jobId, 'refund')]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([202, 409]);
    expect(await available()).toBe(1_000);
  });

  it('of an output of another job is a 404', async () => {
    const jobId = await delivered();
    const other = await delivered();
    const output_id = other.replace('job_', 'out_') + '_0';
    expectProblem(await command(jobId, 'refund', { reason: 'r', output_id }), 404, 'not_found');
    const own = { reason: 'r', output_id: jobId.replace('job_', 'out_') + '_0' };
    expect((await command(jobId, 'refund', own)).status).toBe(202);
  });
});

describe('a command that needs a workflow', () => {
  it('is refused where none runs, and changes nothing', async () => {
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const answer = await command(await nextJob(), 'extend', { reason: 'r', until });
    expect(expectProblem(answer, 409, 'state_conflict')).toMatchObject({ reason: 'not_running' });
    expect(await actions()).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['restart', { from_attempt: 1 }, 'no_such_attempt'],
    ['resolve', { outcome: 'ran' }, 'attempt_known'],
  ])('is refused for its attempt first: %s', async (name, body, reason) => {
    const answer = await command(await nextJob(), name, { reason: 'r', ...body });
    expect(expectProblem(answer, 409, 'state_conflict')).toMatchObject({ reason });
  });
});

describe('a body that is invalid is refused with a pointer, and leaves its key free', () => {
  const past = new Date(Date.now() - 1_000).toISOString();
  const far = new Date(Date.now() + 8 * 24 * 3_600_000).toISOString();
  it.each<[string, object, string, string]>([
    ['release', {}, '/reason', 'required'],
    ['release', { reason: ' ' }, '/reason', 'too_short'],
    ['refund', { reason: 'r', credits: 0 }, '/credits', 'too_small'],
    ['refund', { reason: 'r', credits: 1.5 }, '/credits', 'not_an_integer'],
    ['refund', { reason: 'r', output_id: 'x' }, '/output_id', 'not_an_output'],
    ['extend', { reason: 'r' }, '/until', 'required'],
    ['extend', { reason: 'r', until: 'soon' }, '/until', 'not_a_time'],
    ['extend', { reason: 'r', until: past }, '/until', 'in_the_past'],
    ['extend', { reason: 'r', until: far }, '/until', 'too_large'],
    ['restart', { reason: 'r' }, '/from_attempt', 'required'],
    ['resolve', { reason: 'r', outcome: 'maybe' }, '/outcome', 'not_one_of'],
    ['release', { reason: 'r', why: 'x' }, '/why', 'unknown_field'],
  ])('%s %j', async (name, body, pointer, code) => {
    const jobId = await nextJob();
    const answer = await command(jobId, name, body, { key: 'once' });
    expect(expectProblem(answer, 400, 'invalid_request')).toMatchObject({ errors: [{ pointer, code }] });
    expect((await command(jobId, 'release', { reason: 'r' }, { key: 'once' })).status).toBe(202);
  });

  it('a command of support without an Idempotency-Key is a 400', async () => {
    const answer = await api.call(`/v1/jobs/${await nextJob()}/release`, {
      key: api.platformKey,
      body: { reason: 'r' },
      headers: { 'Holdfast-Account': account.accountId },
    });
    expectProblem(answer, 400, 'idempotency_key_missing');
  });
});

describe('a command of support', () => {
  const COMMANDS = ['release', 'refund', 'extend', 'restart', 'resolve'];
  it.each(COMMANDS)('is refused to a key of the account with any scope: %s', async (name) => {
    const as = await api.createKey(account.accountId, ['admin']);
    expectProblem(await command(await nextJob(), name, { reason: 'r' }, { as }), 403, 'forbidden');
  });

  it('needs scope support, and for a refund billing:write is enough', async () => {
    const jobId = await delivered();
    const billing = await api.createKey(null, ['billing:write']);
    const support = await api.createKey(null, ['support']);
    expectProblem(await command(jobId, 'release', undefined, { as: billing }), 403, 'forbidden');
    expect((await command(jobId, 'refund', { reason: 'r', credits: 1 }, { as: billing })).status).toBe(202);
    expect((await command(jobId, 'refund', { reason: 'r', credits: 1 }, { as: support })).status).toBe(202);
    for (const path of [`/v1/jobs/${jobId}/inspect`, '/v1/repairs']) {
      const headers = { 'Holdfast-Account': account.accountId };
      expectProblem(await api.call(path, { key: billing, headers }), 403, 'forbidden');
      expectProblem(await api.call(path, { key: account.key }), 403, 'forbidden');
      expect((await api.call(path, { key: support, headers })).status).toBe(200);
    }
  });
});

describe('inspect', () => {
  it('shows attempts, reservation, what was done and what happens next by itself', async () => {
    const jobId = await delivered();
    await command(jobId, 'refund', { reason: 'sorry', credits: 5 });
    const headers = { 'Holdfast-Account': account.accountId };
    const read = (id: string) => api.call(`/v1/jobs/${id}/inspect`, { key: api.platformKey, headers });
    expect((await read(jobId)).json()).toMatchObject({
      job: { id: jobId, state: 'succeeded' },
      workflow: { id: jobId, state: 'not_running' },
      possible_commands: [
        { command: 'refund', attempt: null, output_ids: [jobId.replace('job_', 'out_') + '_0'] },
      ],
      attempts: 1,
      outputs: [
        {
          reservation: { state: 'committed', committed: 35, refunded: 5 },
          attempts: [
            { number: 1, state: 'collected', provider: 'local', provider_job_id: 'p', billed: 'yes' },
          ],
          next_automatic_action: null,
          repair: null,
        },
      ],
      actions: [{ action: 'refund_job', reason: 'sorry', detail: { refunds: [{ credits: 5 }] } }],
    });
    const open = (await read(await nextJob())).json();
    expect(open).toMatchObject({ outputs: [{ next_automatic_action: { action: 'stop_and_return' } }] });
    expectProblem(await read(`job_${'a'.repeat(26)}`), 404, 'not_found');
  });
});

describe('the repair queue', () => {
  it('lists repairs page by page, of one account or of all, until they are settled', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) ids.push((await nextJob()).replace('job_', 'rsv_') + '_0');
    const found = (reservationId: string) => ({
      accountId: account.accountId,
      reservationId,
      why: 'the ledger refused',
    });
    for (const id of ids) await recordRepairs(api.worker, [found(id)]);
    const headers = { 'Holdfast-Account': account.accountId };
    type List = { data: { reservation_id: string; tries: number }[]; next_cursor: string | null };
    const list = async (query: string, of: Record<string, string> = headers) =>
      (await api.call(`/v1/repairs${query}`, { key: api.platformKey, headers: of })).json<List>();

    const first = await list('?limit=2');
    const second = await list(`?limit=2&cursor=${first.next_cursor ?? ''}`);
    expect([...first.data, ...second.data].map((one) => one.reservation_id)).toEqual(ids);
    expect(second.next_cursor).toBeNull();
    expect(first.data[0]).toMatchObject({
      credits: 35,
      tries: 1,
      why: 'the ledger refused',
      resolved_at: null,
    });
    expect((await list('', {})).data.length).toBeGreaterThanOrEqual(3);

    await command((ids[0] ?? '').replace('rsv_', 'job_').replace(/_0$/, ''), 'release');
    expect((await list('')).data).toHaveLength(2);
    expect((await list('?state=resolved')).data).toMatchObject([{ reservation_id: ids[0] }]);
    const other = await api.openAccount();
    expect((await list('', { 'Holdfast-Account': other.accountId })).data).toEqual([]);
    expectProblem(await api.call('/v1/repairs?cursor=x', { key: api.platformKey }), 400, 'invalid_request');
  });
});

describe('support, which has a job’s id alone', () => {
  const bare = (jobId: string, name: string, as: string, headers: Record<string, string> = {}) =>
    name === 'inspect'
      ? api.call(`/v1/jobs/${jobId}/inspect`, { key: as, headers })
      : api.call(`/v1/jobs/${jobId}/${name}`, {
          key: as,
          body: { reason: 'by id' },
          headers: { 'Idempotency-Key': `k${String(++jobs)}`, ...headers },
        });

  it('reaches the job without naming its account, and acts on record of that account', async () => {
    const support = await api.createKey(null, ['support']);
    const jobId = await nextJob();
    const inspected = await bare(jobId, 'inspect', support);
    expect(inspected.json()).toMatchObject({ account_id: account.accountId, job: { id: jobId } });
    const released = await bare(jobId, 'release', support);
    expect([released.status, released.json<Job>().billing['returned']]).toEqual([202, 35]);
    expect(await actions()).toMatchObject([{ action: 'release_job', reason: 'by id' }]);
  });

  it('gets the same 404 for an unknown job as for one that the named account does not have', async () => {
    const other = await api.openAccount();
    const jobId = await nextJob();
    const nobodys = await bare(`job_${'a'.repeat(26)}`, 'inspect', api.platformKey);
    expectProblem(nobodys, 404, 'not_found');
    const named = await bare(jobId, 'release', api.platformKey, { 'Holdfast-Account': other.accountId });
    expectProblem(named, 404, 'not_found');
    expectProblem(await bare('job_x', 'inspect', api.platformKey), 404, 'not_found');
  });

  it('needs a key of scope support: another platform key has to name the account, and an account key is refused', async () => {
    const jobId = await delivered();
    const billing = await api.createKey(null, ['billing:write']);
    expectProblem(await bare(jobId, 'refund', billing), 400, 'invalid_request');
    expectProblem(await bare(jobId, 'release', billing), 403, 'forbidden');
    const named = await bare(jobId, 'refund', billing, { 'Holdfast-Account': account.accountId });
    expect(named.status).toBe(202);
    const own = await api.createKey(account.accountId, ['admin']);
    for (const name of ['inspect', 'release', 'refund'])
      expectProblem(await bare(jobId, name, own), 403, 'forbidden');
  });
});
