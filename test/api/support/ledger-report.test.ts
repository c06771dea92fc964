import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ledgerChecks, ledgerReport } from '../../../contract/shapes/ledger-shapes.ts';
import { recordReconciler, recordReconcile } from '../../../ledger/check-runs.ts';
import { createApiFixture, expectProblem, type ApiFixture } from '../api-fixture.ts';
import { runHoldfast } from '../commands/run-holdfast.ts';
import { deliver } from '../job-ending.ts';
import { BEHIND_MS, NOON, noonClock } from '../../harness/noon.ts';
import { untilCounted } from '../../harness/until-counted.ts';

let api: ApiFixture;
let accountKey: string;
const today = NOON.toISOString().slice(0, 10);
const month = today.slice(0, 7);
beforeAll(async () => {
  api = await createApiFixture({ now: noonClock });
  await api.database.setClockBack(BEHIND_MS);
  const { accountId, key } = await api.openAccount();
  accountKey = key;
  const { jobId } = await api.admitJob(accountId, 'delivered');
  await deliver(api, accountId, jobId, Buffer.from('picture'));
});
afterAll(async () => {
  await api.expectReconciled();
  await api.close();
});

const get = (path: string, key = api.platformKey) => api.call(path, { key });

describe('GET /v1/ledger/report', () => {
  it('is empty before anything is counted, and then has a month by source and by day', async () => {
    expect((await get('/v1/ledger/report')).json()).toMatchObject({
      ...{ month, counted_until: null, data: [], days: [] },
      total: { opening: 0, issued: 0, outstanding: 0 },
    });
    await untilCounted(api.worker);
    const report = ledgerReport.parse((await get(`/v1/ledger/report?month=${month}`)).json());
    const moved = { issued: 1_000, spent: 35, refunded: 0, expired: 0, voided: 0, outstanding: 965 };
    const [row] = report.data;
    expect(report.data).toEqual([{ source: row?.source, opening: 0, ...moved }]);
    expect(report.total).toEqual({ opening: 0, ...moved });
    expect(report.days.at(-1)).toEqual({ day: today, source: row?.source, ...moved });
    expect(report.days[0]?.day).toBe(`${month}-01`);
    expect(Date.parse(report.counted_until ?? '')).toBeGreaterThan(noonClock() - 60_000);
    expect((await get('/v1/ledger/report')).json()).toMatchObject({ month, total: report.total });
    expect((await get('/v1/ledger/report?month=2020-01')).json()).toMatchObject({ data: [] });
    expect((await get('/v1/ledger/report?month=2099-01')).json()).toMatchObject({
      data: [{ opening: 965, outstanding: 965 }],
      days: [],
    });
  });

  it('is a file of CSV where Accept asks for it', async () => {
    const answer = await api.call(`/v1/ledger/report?month=${month}`, {
      key: api.platformKey,
      headers: { Accept: 'text/csv' },
    });
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="ledger_${month}.csv"`);
    expect(answer.text).toMatch(
      new RegExp(
        `^month,source,opening,issued,spent,refunded,expired,voided,outstanding\r\n` +
          `${month},[a-z_]+,0,1000,35,0,0,0,965\r\n$`,
      ),
    );
  });
});

describe('GET /v1/ledger/checks', () => {
  it('returns the last run of each check, with 50 findings at most, and starts none', async () => {
    expect((await get('/v1/ledger/checks')).json()).toEqual({ reconcile: null, reconciler: null });
    await recordReconciler(api.worker, { looked: 3, released: 1, held_back: 0, doubt: null });
    const many = Array.from({ length: 60 }, (_, nth) => ({
      ...{ check: 'entries_fold_to_grants', account_id: 'acct_1', subject: `grant_${String(nth)}` },
      detail: { secret: 'not shown' },
    }));
    await recordReconcile(api.worker, many);
    const found = ledgerChecks.parse((await get('/v1/ledger/checks')).json());
    expect(found.reconciler).toMatchObject({ looked: 3, released: 1, held_back: 0, doubt: null });
    expect(found.reconcile).toMatchObject({ findings: 60 });
    expect(found.reconcile?.data).toHaveLength(50);
    expect(found.reconcile?.data[0]).toEqual({
      ...{ check: 'entries_fold_to_grants', account_id: 'acct_1', subject: 'grant_0' },
    });
    const shown = await runHoldfast(api, ['ledger', 'checks']);
    expect(shown.stdout).toMatch(/findings +60\n/);
    expect((await runHoldfast(api, ['reconcile'])).code).toBe(0);
    expect((await get('/v1/ledger/checks')).json()).toMatchObject({ reconcile: { findings: 0, data: [] } });
  });
});

it.each(['/v1/ledger/report', '/v1/ledger/checks'])('%s is refused to an account key', async (path) => {
  expectProblem(await get(path, accountKey), 403, 'forbidden');
});

it('the ledger report refuses an unknown field and an invalid month', async () => {
  expectProblem(await get('/v1/ledger/report?mont=2026-01'), 400, 'invalid_request');
  expectProblem(await get('/v1/ledger/report?month=2026-13'), 400, 'invalid_request');
});
