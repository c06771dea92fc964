import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { costReport, unknownBillPage, type CostSums } from '../../../contract/shapes/cost-shapes.ts';
import { attemptReferenceOf, outputIdOf } from '../../../domain/ids.ts';
import { createAttempts } from '../../../jobs/attempts/attempts.ts';
import { listenLocally } from '../../harness/local-server.ts';
import { BEHIND_MS, NOON, noonClock } from '../../harness/noon.ts';
import { createApiFixture, expectProblem, type ApiFixture, type TestAccount } from '../api-fixture.ts';
import { deliver, fail } from '../job-ending.ts';
import { runHoldfast } from '../commands/run-holdfast.ts';

let api: ApiFixture;
let account: TestAccount;
const month = NOON.toISOString().slice(0, 7);
const jobs: Record<'delivered' | 'failed' | 'doubtful', string> = { delivered: '', failed: '', doubtful: '' };
beforeAll(async () => {
  api = await createApiFixture({ now: noonClock });
  await api.database.setClockBack(BEHIND_MS);
  account = await api.openAccount();
  for (const name of ['delivered', 'failed', 'doubtful'] as const)
    jobs[name] = (await api.admitJob(account.accountId, name)).jobId;
  await deliver(api, account.accountId, jobs.delivered, Buffer.from('picture'));
  await run(jobs.failed, 'run_failed');
  await createAttempts(api.worker).fail(account.accountId, referenceOf(jobs.failed), 'provider_failed', {
    ...{ billed: 'yes', cost: '0.05', isFinal: true },
  });
  await fail(api, account.accountId, jobs.failed);
  await run(jobs.doubtful, 'run_doubtful');
  await fail(api, account.accountId, jobs.doubtful);
});
afterAll(async () => {
  await api.expectReconciled();
  await api.close();
});

const referenceOf = (jobId: string, accountId = account.accountId) =>
  attemptReferenceOf({ accountId, outputId: outputIdOf(jobId, 0), stage: 'render', number: 1 });

/** An attempt that the catalogue expects to cost 0.04, accepted. */
async function run(jobId: string, providerJobId: string, accountId = account.accountId): Promise<void> {
  const attempts = createAttempts(api.worker);
  const [outputId, reference] = [outputIdOf(jobId, 0), referenceOf(jobId, accountId)];
  const key = {
    accountId,
    jobId,
    outputId,
    stage: 'render',
    number: 1,
    reference,
    provider: 'fal',
    model: 'm',
  };
  await attempts.begin({ ...key, isFinal: true, cost: { per_call: '0.0400' } });
  await attempts.move(accountId, reference, { from: ['posting'], to: 'accepted', providerJobId });
}

const get = (target: string, key = api.platformKey) => api.call(target, { key });
const holdfast = (...args: readonly string[]) => runHoldfast(api, args);

describe('GET /v1/costs', () => {
  it('sums per model what it cost and brought in, what was returned but paid, and what is in doubt', async () => {
    const report = costReport.parse((await get(`/v1/costs?month=${month}`)).json());
    const sums = {
      ...{ outputs: 3, attempts: 3, credits_charged: 35, credits_refunded: 0 },
      ...{ provider_cost: '0.05', provisional_cost: '0.00', uncosted_attempts: 1 },
      returned_but_paid: { outputs: 1, provider_cost: '0.05' },
      unknown_bills: { attempts: 1, provider_cost: '0.04' },
      // 35 credits at a cent.
      margin: '0.30',
    };
    expect(report).toEqual({
      ...{ month, currency: 'USD', credit_value: '0.01' },
      data: [{ model: 'local/render', kind: 'static_ad', ...sums }],
      total: sums,
    });
    expect((await get('/v1/costs')).json()).toEqual(report);
    expect((await get('/v1/costs?month=2020-01')).json()).toMatchObject({
      data: [],
      total: { margin: '0.00' },
    });
  });

  it('sums each model and kind by itself, and counts of a partly refunded output what was not returned', async () => {
    const { accountId } = await api.openAccount(1_000);
    /** A delivery of May, whose final cost the service has said. */
    const deliverInMay = async (
      name: string,
      cost: string,
      { kind = 'static_ad', model = 'local/render' } = {},
    ) => {
      const film = kind === 'video_ad' ? { duration_seconds: 15, quality: 'draft' } : {};
      const { jobId } = await api.admitJob(accountId, name, { kind, brief: { headline: name }, ...film });
      await deliver(api, accountId, jobId, Buffer.from(name));
      await api.owner.query(
        `UPDATE jobs.attempts SET posted_at = '2026-05-15', cost = $2, is_cost_final = true WHERE job_id = $1`,
        [jobId, cost],
      );
      await api.owner.query(
        `UPDATE jobs.outputs SET work = jsonb_set(work, '{model}', $2) WHERE job_id = $1`,
        [...[jobId, JSON.stringify(model)]],
      );
      return jobId;
    };
    await deliverInMay('kept', '0.04');
    await deliverInMay('a film', '0.2', { kind: 'video_ad' });
    await deliverInMay('at a loss', '0.5', { model: 'fal/flux-dev' });
    const refunded = await deliverInMay('refunded in part', '0.05');
    const refund = await api.call(`/v1/jobs/${refunded}/refund`, {
      key: api.platformKey,
      headers: { 'Idempotency-Key': 'in part' },
      body: { credits: 10, reason: 'A wrong logo' },
    });
    expect(refund.status).toBe(202);

    const report = costReport.parse((await get('/v1/costs?month=2026-05')).json());
    const cells = ({ credits_charged, credits_refunded, provider_cost, margin }: CostSums) =>
      [credits_charged, credits_refunded, provider_cost, margin] as const;
    expect(report.data.map((row) => [row.model, row.kind, ...cells(row)])).toEqual([
      ['fal/flux-dev', 'static_ad', 35, 0, '0.50', '-0.15'],
      ['local/render', 'static_ad', 70, 10, '0.09', '0.51'],
      ['local/render', 'video_ad', 35, 0, '0.20', '0.15'],
    ]);
    expect(cells(report.total)).toEqual([140, 10, '0.79', '0.51']);
    // Of a partial refund nothing was returned whole.
    expect(report.total.returned_but_paid).toEqual({ outputs: 0, provider_cost: '0.00' });
  });

  it('lists the bills that are in doubt, page by page', async () => {
    const all = unknownBillPage.parse((await get(`/v1/costs/unknown_bills?month=${month}`)).json());
    expect(all.data).toMatchObject([
      {
        account_id: account.accountId,
        job_id: jobs.doubtful,
        provider_job_id: 'run_doubtful',
        expected_cost: '0.04',
      },
    ]);
    expect(all.next_cursor).toBeNull();

    const { accountId } = await api.openAccount(1_000);
    const ids: string[] = [];
    for (const day of ['01', '02']) {
      const { jobId } = await api.admitJob(accountId, `in doubt ${day}`);
      await run(jobId, `run_${day}`, accountId);
      await api.owner.query('UPDATE jobs.attempts SET posted_at = $2 WHERE job_id = $1', [
        ...[jobId, `2026-06-${day}`],
      ]);
      await fail(api, accountId, jobId);
      ids.push(jobId);
    }
    const page = async (query = '') =>
      unknownBillPage.parse((await get(`/v1/costs/unknown_bills?month=2026-06&limit=1${query}`)).json());
    const first = await page();
    const second = await page(`&cursor=${String(first.next_cursor)}`);
    expect([...first.data, ...second.data].map(({ job_id }) => job_id)).toEqual(ids);
    expect(second.next_cursor).toBeNull();
  });

  it.each(['/v1/costs', '/v1/costs/unknown_bills'])(
    'refuses an account key, an invalid month and an unknown field: %s',
    async (target) => {
      expectProblem(await get(target, account.key), 403, 'forbidden');
      expectProblem(await get(`${target}?month=2026-13`), 400, 'invalid_request');
      expectProblem(await get(`${target}?mont=2026-01`), 400, 'invalid_request');
    },
  );
});

describe('holdfast costs', () => {
  it('shows the month, and imports a bill once, all or nothing, which settles what is in doubt', async () => {
    const shown = await holdfast('costs');
    expect(shown.code).toBe(0);
    // Outputs, credits, cost, what of it is not final, what was paid and returned, margin.
    const figures = '3 +35 +0\\.05 +0\\.00 +0\\.05 +0\\.30';
    expect(shown.stdout).toMatch(new RegExp(`${figures}\\n +static_ad by local/render\\n`));
    expect(shown.stdout).toMatch(new RegExp(`${figures}\\n +in all\\n`));
    expect(shown.stdout).toContain('Billed, and nothing says how much: 1 attempt, in no sum.');
    expect(shown.stdout).toMatch(/Nothing says whether these were billed: ask their services.\n[^]* 0\.04\n/);
    expect(shown.stdout).toMatch(new RegExp(`${referenceOf(jobs.doubtful)}\n +of ${account.accountId}\n`));

    const bill = path.join(api.home, 'bill.csv');
    await writeFile(bill, `line,id,cost\nl1,run_doubtful,0.031\nl2,run_of_another,9\n`);
    const imported = await holdfast('costs', 'import', bill, '--provider', 'fal');
    expect(imported).toMatchObject({ code: 0 });
    expect(imported.stdout).toMatch(/^Imported 1 line; 0 had been/);
    expect(imported.stdout).toMatch(/Of no attempt here, and left out \(1\):\n {2}run_of_another\n/);
    expect((await holdfast('costs', 'import', bill, '--provider', 'fal')).stdout).toMatch(
      /^Imported 0 lines; 1/,
    );

    const after = await holdfast('costs', '--month', month, '--json');
    expect(JSON.parse(after.stdout)).toMatchObject({
      total: { provider_cost: '0.081', unknown_bills: { attempts: 0 }, returned_but_paid: { outputs: 2 } },
      unknown_bills: [],
    });

    await writeFile(bill, `line,id,cost\nl1,run_doubtful,0.5\nl3,run_failed,1\n`);
    const changed = await holdfast('costs', 'import', bill, '--provider', 'fal');
    expect(changed).toMatchObject({ code: 1 });
    expect(changed.stderr).toMatch(/nothing was imported. 1 line was imported before .* l1/);
    await writeFile(bill, `line,id,cost\nl4,run_failed,free\n`);
    expect((await holdfast('costs', 'import', bill, '--provider', 'fal')).stderr).toMatch(/line 2: cost/);
    const misspelt = await holdfast('costs', 'import', bill, '--provider', 'fall');
    expect(misspelt).toMatchObject({ code: 2 });
    expect(misspelt.stderr).toMatch(/Allowed choices are local, gpu, openai, replicate, fal/);
    expect((await holdfast('costs', '--json')).stdout).toBe(after.stdout);
  });

  it('fetches what a service has billed, which settles what is in doubt, and an empty bill is no fault', async () => {
    const { jobId } = await api.admitJob(account.accountId, 'fetched');
    await run(jobId, 'run_fetched');
    await fail(api, account.accountId, jobId);
    let events: readonly object[] = [];
    const billing = await listenLocally(
      createServer((_request, response) => {
        response.end(JSON.stringify({ billing_events: events, next_cursor: null }));
      }),
    );
    const env = { FAL_BILLING_URL: billing.url, FAL_BILLING_KEY: 'key' };
    const fetchCosts = (...more: readonly string[]) =>
      runHoldfast(api, ['costs', 'fetch', '--provider', 'fal', ...more], env);
    const printed = (stdout: string) => ({ code: 0, stdout, stderr: '' });
    expect(await fetchCosts()).toEqual(printed('Imported 0 lines; 0 had been imported before.\n'));
    const timestamp = new Date().toISOString();
    events = [{ request_id: 'run_fetched', timestamp, cost_estimate_nano_usd: 31_000_000 }];
    expect(await fetchCosts()).toEqual(printed('Imported 1 line; 0 had been imported before.\n'));
    expect(await fetchCosts()).toEqual(printed('Imported 0 lines; 1 had been imported before.\n'));
    expect(JSON.parse((await fetchCosts('--json')).stdout)).toMatchObject({ imported: 0, known: 1 });
    await billing.close();
    const { rows } = await api.owner.query('SELECT bill::text FROM jobs.attempts WHERE job_id = $1', [jobId]);
    expect(rows).toEqual([{ bill: '0.031000000' }]);
    const empty = path.join(api.home, 'empty.json');
    await writeFile(empty, '{"billing_events":[]}');
    expect(await holdfast('costs', 'import', empty, '--provider', 'fal')).not.toMatchObject({ code: 0 });
  });
});
