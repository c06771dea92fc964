import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csvLine } from '../../../api/http/csv.ts';
import { BEHIND_MS, NOON, noonClock } from '../../harness/noon.ts';
import { createApiFixture, expectProblem, type ApiFixture, type TestAccount } from '../api-fixture.ts';

let api: ApiFixture;
let account: TestAccount;
beforeAll(async () => {
  api = await createApiFixture({ now: noonClock });
  await api.database.setClockBack(BEHIND_MS);
  account = await api.openAccount();
});
afterAll(async () => {
  await api.expectReconciled();
  await api.close();
});

const HEADER =
  'id,seq,kind,credits,job_id,output_id,grant_id,reason,balance_after,created_at,charged,refunded';
const CSV = { Accept: 'text/csv' };

const give = (credits: number, reason: string) =>
  api.call(`/v1/accounts/${account.accountId}/grants`, {
    key: api.platformKey,
    body: { source: 'goodwill', credits, reason, reference: reason },
  });
const statement = (query = '', headers: Record<string, string> = CSV, as = account) =>
  api.call(`/v1/statement${query}`, { key: as.key, headers });
const linesOf = (text: string) => text.split('\r\n').slice(0, -1);

describe('a statement as text/csv', () => {
  it('has a row per entry, oldest first, and a file name with the account and the days', async () => {
    await give(5, 'He said "sorry", twice');
    await api.admitJob(account.accountId, 'a-job');
    const answer = await statement();
    expect([answer.status, answer.headers.get('content-type'), answer.headers.get('vary')]).toEqual([
      200,
      'text/csv; charset=utf-8; header=present',
      'Accept',
    ]);
    const today = NOON.toISOString().slice(0, 10);
    expect(answer.headers.get('content-disposition')).toMatch(
      new RegExp(`^attachment; filename="statement_${account.accountId}_\\d{4}-\\d\\d-\\d\\d_${today}.csv"$`),
    );
    expect(answer.text.endsWith('\r\n')).toBe(true);
    const [header, ...rows] = linesOf(answer.text);
    expect(header).toBe(HEADER);
    const { data } = (await api.call('/v1/entries', { key: account.key })).json<{
      data: Record<string, string | number | null>[];
    }>();
    const shown = data
      .toReversed()
      .map((entry) => csvLine(HEADER.split(',').map((column) => entry[column] ?? null)).trimEnd());
    expect(rows).toEqual(shown);
    expect(rows.some((row) => row.includes('"He said ""sorry"", twice"'))).toBe(true);
    expect(rows.some((row) => row.includes(',reserve,-'))).toBe(true);
  });

  it('has every one of 2,001 entries of its range once, and no row where there is none', async () => {
    const as = await api.openAccount();
    const before = new Date(noonClock() - 60_000).toISOString();
    await api.owner.query(
      `SELECT ledger.spend(ledger.lock_account($1), 's' || n, 1, 'x', NULL, NULL) FROM generate_series(1, 700) n`,
      [as.accountId],
    );
    await api.owner.query(
      `SELECT ledger.grant_credits($1, 'g' || n, 'goodwill', 2, 1, NULL, NULL, 'x', NULL, NULL) FROM generate_series(1, 1300) n`,
      [as.accountId],
    );
    const rows = linesOf((await statement('', CSV, as)).text).slice(1);
    expect(rows.map((row) => Number(row.split(',')[1]))).toEqual(
      Array.from({ length: 2_001 }, (_, n) => n + 1),
    );
    expect(linesOf((await statement(`?to=${before}&from=${before}`, CSV, as)).text)).toEqual([HEADER]);
    const later = new Date(noonClock() + 60_000).toISOString();
    const all = linesOf((await statement(`?from=${before}&to=${later}`, CSV, as)).text);
    expect(all).toHaveLength(2_002);
  });

  it('is sent only where Accept prefers it to JSON, and has no body for HEAD', async () => {
    for (const Accept of ['*/*', 'application/json', 'text/csv;q=0.5, application/json', 'image/png']) {
      expect((await statement('', { Accept })).json()).toHaveProperty('sums');
    }
    const head = await api.call('/v1/statement', { method: 'HEAD', key: account.key, headers: CSV });
    expect([head.status, head.text, head.headers.get('content-type')]).toEqual([
      200,
      '',
      'text/csv; charset=utf-8; header=present',
    ]);
  });

  it('that is refused is a problem in JSON', async () => {
    expectProblem(await statement('?from=yesterday'), 400, 'invalid_request');
    expectProblem(await statement('?from=2099-01-01T00:00:00Z'), 400, 'invalid_request');
    expectProblem(await api.call('/v1/statement', { headers: CSV }), 401, 'unauthenticated');
  });
});

describe('a line of CSV quotes its cells, and none of them is a formula', () => {
  it.each<[readonly (string | number | null)[], string]>([
    [['a', 1, null], 'a,1,\r\n'],
    [[-35, '-35'], "-35,'-35\r\n"],
    [['a,b', 'a"b', 'a\nb'], '"a,b","a""b","a\nb"\r\n'],
    [['=1+1', '@x', '+x', 'a=b'], "'=1+1,'@x,'+x,a=b\r\n"],
    [['=A1,"x"'], '"\'=A1,""x"""\r\n'],
  ])('%j', (cells, expected) => {
    expect(csvLine(cells)).toBe(expected);
  });
});
