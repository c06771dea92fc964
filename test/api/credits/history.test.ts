import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { balanceByDay } from '../../../contract/shapes/history-shapes.ts';
import { BEHIND_MS, NOON, noonClock } from '../../harness/noon.ts';
import {
  createApiFixture,
  expectProblem,
  STATIC_AD,
  type ApiFixture,
  type TestAccount,
} from '../api-fixture.ts';

type Item = {
  type: string;
  at: string;
  job?: { id: string; title: string };
  entry?: { kind: string; seq: number };
};
type Page = { data: Item[]; next_cursor: string | null };

let api: ApiFixture;
let account: TestAccount;
const jobs: string[] = [];

beforeAll(async () => {
  api = await createApiFixture({ now: noonClock });
  await api.database.setClockBack(BEHIND_MS);
  account = await api.openAccount(5_000);
  // A job, something metered, and so on: the two lists have to be merged.
  for (let count = 0; count < 4; count += 1) {
    jobs.push((await api.admitJob(account.accountId, `history-${String(count)}`)).jobId);
    const { status } = await api.call('/v1/usage', {
      key: account.key,
      headers: { 'Idempotency-Key': `metered-${String(count)}` },
      body: { kind: 'chat_message', quantity: count + 1 },
    });
    expect(status).toBe(201);
  }
});
afterAll(async () => {
  await api.expectReconciled();
  await api.close();
});

const nameOf = ({ job, entry }: Item) => job?.id ?? `${String(entry?.kind)} ${String(entry?.seq)}`;

async function readAll(query: string): Promise<readonly Item[]> {
  const items: Item[] = [];
  let cursor = '';
  for (;;) {
    const page = (await api.call(`/v1/history?${query}${cursor}`, { key: account.key })).json<Page>();
    items.push(...page.data);
    if (page.next_cursor === null) return items;
    cursor = `&cursor=${page.next_cursor}`;
  }
}

describe('GET /v1/history', () => {
  it('lists each job once and each movement without a job once, newest first, with any page size', async () => {
    const whole = await readAll('limit=100');
    expect(whole.map(({ type }) => type)).toEqual([
      ...Array.from({ length: 4 }, () => ['entry', 'job']).flat(),
      'entry',
      'entry',
    ]);
    expect(whole.flatMap(({ job }) => (job === undefined ? [] : [job.id]))).toEqual(jobs.toReversed());
    expect(whole[1]?.job?.title).toBe(STATIC_AD.brief.headline);
    for (const limit of [1, 2, 3, 7]) {
      const paged = await readAll(`limit=${String(limit)}`);
      expect(paged.map(nameOf), String(limit)).toEqual(whole.map(nameOf));
    }
  });

  it('with `only` lists jobs alone or other movements alone, and refuses any other value', async () => {
    expect((await readAll('only=jobs&limit=3')).map(nameOf)).toEqual(jobs.toReversed());
    const others = await readAll('only=other&limit=2');
    expect(others).toHaveLength(6);
    expect(others.every(({ type }) => type === 'entry')).toBe(true);
    expectProblem(await api.call('/v1/history?only=mine', { key: account.key }), 400, 'invalid_request');
    expectProblem(await api.call('/v1/history?cursor=mine', { key: account.key }), 400, 'invalid_request');
  });
});

describe('GET /v1/usage', () => {
  type Usage = { from: string; to: string; data: { day: string; kind: string; credits: number }[] };
  const read = (query = '') => api.call(`/v1/usage${query}`, { key: account.key });

  it('sums what was charged by day and kind, and leaves out what is reserved', async () => {
    const { data } = (await read()).json<Usage>();
    const today = NOON.toISOString().slice(0, 10);
    expect(data).toEqual([{ day: today, kind: 'chat_message', credits: 10 }]);
    const past = (await read('?from=2020-01-01T00:00:00Z&to=2020-01-31T00:00:00Z')).json<Usage>();
    expect(past.data).toEqual([]);
  });

  it('refuses a range that runs backwards, or that is too long', async () => {
    const turned = await read('?from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z');
    expectProblem(turned, 400, 'invalid_request');
    expectProblem(await read('?from=2026-01-01T00:00:00Z&to=2026-12-01T00:00:00Z'), 400, 'invalid_request');
    expect((await read('?to=0001-01-05T00:00:00Z')).json<Usage>()).toEqual({
      ...{ from: '0001-01-01T00:00:00.000Z', to: '0001-01-05T00:00:00.000Z', data: [] },
    });
  });
});

it('the balance by day ends with what there is today, by source, and more than 92 days are refused', async () => {
  const read = (query = '') => api.call(`/v1/balance/days${query}`, { key: account.key });
  const { from, data } = balanceByDay.parse((await read()).json());
  expect(noonClock() - Date.parse(from)).toBeGreaterThan(29 * 86_400_000);
  const held = (await api.call('/v1/balance', { key: account.key })).json<Record<string, number>>();
  const today = data.filter(({ day }) => day === NOON.toISOString().slice(0, 10));
  for (const bucket of ['available', 'reserved'] as const) {
    expect(today.reduce((sum, line) => sum + line[bucket], 0)).toBe(held[bucket]);
  }
  expect((await read('?days=1')).json()).toMatchObject({ data: today });
  expectProblem(await read('?days=93'), 400, 'invalid_request');
});

it('a portal session reads its account and its rights, and a key finds no session', async () => {
  const { token, id } = (
    await api.call('/v1/portal_sessions', { key: account.key, body: { can: ['read', 'quote'] } })
  ).json<{ token: string; id: string }>();
  const current = await api.call('/v1/portal_sessions/current', { key: token });
  expect(current.json()).toEqual({
    id,
    account_id: account.accountId,
    account_name: 'Test',
    can: ['read', 'quote'],
  });
  const asKey = await api.call('/v1/portal_sessions/current', {
    key: api.platformKey,
    headers: { 'Holdfast-Account': account.accountId },
  });
  expectProblem(asKey, 404, 'not_found');
});
