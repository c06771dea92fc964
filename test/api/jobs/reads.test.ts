import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createApiFixture,
  expectProblem,
  STATIC_AD,
  type ApiFixture,
  type TestAccount,
} from '../api-fixture.ts';
import { deliver, fail } from '../job-ending.ts';
import { grantCredits } from '../../../ledger/grant-credits.ts';

type List<Item> = { readonly data: readonly Item[]; readonly next_cursor: string | null };

let api: ApiFixture;
let account: TestAccount;
let delivered: string;
let failed: string;
let open: string;
beforeAll(async () => {
  api = await createApiFixture();
  account = await api.openAccount();
  delivered = (await api.admitJob(account.accountId, 'one')).jobId;
  await deliver(api, account.accountId, delivered, Buffer.from('picture'));
  failed = (await api.admitJob(account.accountId, 'two', { ...STATIC_AD, metadata: { a: 'b' } })).jobId;
  await fail(api, account.accountId, failed);
  open = (await api.admitJob(account.accountId, 'three')).jobId;
});
afterAll(async () => {
  await api.expectReconciled();
  await api.close();
});

const get = (path: string, headers: Record<string, string> = {}) =>
  api.call(path, { key: account.key, headers });

describe('GET /v1/jobs/{id}', () => {
  it('shows a delivered job with its charge', async () => {
    const job = (await get(`/v1/jobs/${delivered}`)).json();
    const stem = delivered.slice('job_'.length);
    const account_stem = account.accountId.slice('acct_'.length);
    expect(job).toEqual({
      id: delivered,
      kind: 'static_ad',
      state: 'succeeded',
      created_at: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/) as string,
      expected_by: expect.stringMatching(/Z$/) as string,
      returned_automatically_by: expect.stringMatching(/Z$/) as string,
      finished_at: expect.stringMatching(/Z$/) as string,
      progress: { stage: null, fraction: null, queue_position: null },
      failure: null,
      billing: {
        price_list: 1,
        quoted: 35,
        reserved: 0,
        committed: 35,
        returned: 0,
        refunded: 0,
        entry_ids: [`entry_${account_stem}_2`, `entry_${account_stem}_3`],
      },
      outputs: [
        {
          id: `out_${stem}_0`,
          item: 0,
          variation: 0,
          state: 'succeeded',
          credits: 35,
          reservation_id: `rsv_${stem}_0`,
          failure: null,
          content_url: `/v1/outputs/out_${stem}_0/content`,
          content_type: 'image/png',
          bytes: 7,
          sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
          has_c2pa: null,
          expires_at: null,
          attempts: 1,
        },
      ],
      counts: { outputs: 1, succeeded: 1, failed: 0, canceled: 0 },
      summary: '1 of 1 delivered',
      title: 'A kettle',
      metadata: {},
      links: { self: `/v1/jobs/${delivered}`, events: `/v1/jobs/${delivered}/events` },
    });
  });

  it('shows a failed job with its credits back', async () => {
    expect((await get(`/v1/jobs/${failed}`)).json()).toMatchObject({
      state: 'failed',
      failure: { code: 'provider_failed', at_fault: 'provider' },
      billing: { quoted: 35, reserved: 0, committed: 0, returned: 35 },
      summary: '0 of 1 delivered, 35 credits returned',
      metadata: { a: 'b' },
    });
  });

  it('shows the link to Temporal UI to platform keys alone', async () => {
    const seen = await api.call(`/v1/jobs/${open}`, {
      key: api.platformKey,
      headers: { 'Holdfast-Account': account.accountId },
    });
    expect(seen.json()).toMatchObject({
      links: { temporal: `http://temporal.test/namespaces/default/workflows/${open}` },
    });
    expect((await get(`/v1/jobs/${open}`)).text).not.toContain('temporal.test');
  });
});

describe('GET /v1/jobs', () => {
  const ids = async (query: string) =>
    (await get(`/v1/jobs${query}`)).json<List<{ id: string }>>().data.map((job) => job.id);

  it('lists the newest first, in pages', async () => {
    expect(await ids('')).toEqual([open, failed, delivered]);
    const first = (await get('/v1/jobs?limit=2')).json<List<{ id: string }>>();
    expect(first.data.map((job) => job.id)).toEqual([open, failed]);
    const second = (await get(`/v1/jobs?limit=2&cursor=${String(first.next_cursor)}`)).json<
      List<{ id: string }>
    >();
    expect([second.data.map((job) => job.id), second.next_cursor]).toEqual([[delivered], null]);
  });

  it('filters by state, kind and time', async () => {
    expect(await ids('?state=failed')).toEqual([failed]);
    expect(await ids('?kind=video_ad')).toEqual([]);
    expect(await ids('?created_before=2000-01-01T00:00:00Z')).toEqual([]);
    expect(await ids('?created_after=2000-01-01T00:00:00%2B02:00&state=succeeded')).toEqual([delivered]);
  });

  it('leaves out a job whose created_at is the limit of the range', async () => {
    const { data } = (await get('/v1/jobs')).json<List<{ id: string; created_at: string }>>();
    for (const { id, created_at: at } of data) {
      for (const filter of ['created_after', 'created_before'])
        expect(await ids(`?${filter}=${at}`)).not.toContain(id);
      const justBefore = new Date(Date.parse(at) - 1).toISOString();
      const justAfter = new Date(Date.parse(at) + 1).toISOString();
      expect(await ids(`?created_after=${justBefore}&created_before=${justAfter}`)).toContain(id);
    }
  });

  it.each([
    ['limit=0', '/limit'],
    ['limit=101', '/limit'],
    ['limit=ten', '/limit'],
    ['state=lost', '/state'],
    ['created_after=yesterday', '/created_after'],
    ['cursor=!!', '/cursor'],
    ['cursor=e30', '/cursor'],
    ['status=failed', '/status'],
    ['limit=1&limit=2', '/limit'],
  ])('refuses ?%s', async (query, pointer) => {
    const problem = expectProblem(await get(`/v1/jobs?${query}`), 400, 'invalid_request');
    expect(problem).toMatchObject({ errors: [{ pointer }] });
  });
});

describe('GET /v1/balance', () => {
  it('shows available, reserved and spent credits, and the grants they come from', async () => {
    expect((await get('/v1/balance')).json()).toEqual({
      account_id: account.accountId,
      frozen: false,
      available: 930,
      reserved: 35,
      spent_this_period: 35,
      period_starts_at: expect.stringMatching(/Z$/) as string,
      grants: [
        {
          id: expect.stringMatching(/^grant_/) as string,
          source: 'sign_up',
          priority: 2,
          amount: 1_000,
          available: 930,
          reserved: 35,
          spent: 35,
          effective_at: expect.stringMatching(/Z$/) as string,
          expires_at: null,
        },
      ],
      buys: { statics: 26, videos: 1 },
      next_expiry: null,
    });
  });

  it('leaves out what has expired, and names what expires next', async () => {
    const other = await api.openAccount();
    const grant = (id: string, expiresAt: string) =>
      grantCredits(api.worker, {
        accountId: other.accountId,
        grantId: id,
        source: 'goodwill',
        priority: 2,
        credits: 100,
        ends: { at: new Date(expiresAt) },
        reason: 'x',
      });
    await grant('grant_soon', '2040-01-01T00:00:00Z');
    await grant('grant_later', '2041-01-01T00:00:00Z');
    const balance = async () => (await api.call('/v1/balance', { key: other.key })).json();
    expect(await balance()).toMatchObject({
      available: 1_200,
      next_expiry: { at: '2040-01-01T00:00:00.000Z', credits: 100 },
    });
    await api.database.setClock(new Date('2040-06-01T00:00:00Z'));
    expect(await balance()).toMatchObject({
      available: 1_100,
      next_expiry: { at: '2041-01-01T00:00:00.000Z', credits: 100 },
    });
    await api.database.setClock(null);
  });
});

describe('GET /v1/entries', () => {
  type EntryView = {
    kind: string;
    credits: number;
    balance_after: number;
    job_id: string | null;
    seq: number;
  };
  const page = async (query: string) => (await get(`/v1/entries${query}`)).json<List<EntryView>>();
  const shown = async (query: string) =>
    (await page(query)).data.map(({ kind, credits, balance_after }) => [kind, credits, balance_after]);

  it('lists every movement with the available balance after it, newest first', async () => {
    expect(await shown('')).toEqual([
      ['reserve', -35, 930],
      ['release', 35, 965],
      ['reserve', -35, 930],
      ['commit', 0, 965],
      ['reserve', -35, 965],
      ['grant', 1_000, 1_000],
    ]);
  });

  it('returns each entry once over its pages', async () => {
    const seqs: number[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const one: List<EntryView> = await page(`?limit=4${cursor === '' ? '' : `&cursor=${cursor}`}`);
      seqs.push(...one.data.map((entry) => entry.seq));
      cursor = one.next_cursor;
    }
    expect(seqs).toEqual([6, 5, 4, 3, 2, 1]);
  });

  it('includes an entry at `from`, and leaves it out at `to`', async () => {
    const { data } = (await get('/v1/entries')).json<List<{ seq: number; created_at: string }>>();
    for (const { seq, created_at: at } of data) {
      const seqs = async (query: string) => (await page(query)).data.map((entry) => entry.seq);
      expect(await seqs(`?from=${at}`)).toContain(seq);
      expect(await seqs(`?to=${at}`)).not.toContain(seq);
    }
  });

  it('says what each movement charged and refunded', async () => {
    const { data } = (await get('/v1/entries?kind=commit')).json();
    expect(data).toMatchObject([{ credits: 0, charged: 35, refunded: 0 }]);
  });

  it('filters by kind, job and time', async () => {
    expect(await shown('?kind=commit')).toEqual([['commit', 0, 965]]);
    expect((await page(`?job_id=${failed}`)).data.map((entry) => entry.kind)).toEqual(['release', 'reserve']);
    expect(await shown('?to=2000-01-01T00:00:00Z')).toEqual([]);
    expect((await page('?from=2000-01-01T00:00:00Z')).data).toHaveLength(6);
  });
});

describe('GET /v1/statement', () => {
  it('has an opening, sums and a closing that add up', async () => {
    const statement = (await get('/v1/statement')).json();
    expect(statement).toEqual({
      from: expect.stringMatching(/Z$/) as string,
      to: expect.stringMatching(/Z$/) as string,
      opening: 0,
      closing: 930,
      charged: 35,
      refunded: 0,
      reserved_change: -35,
      sums: { grant: 1_000, reserve: -105, commit: 0, release: 35, spend: 0, refund: 0, expire: 0, void: 0 },
    });
  });

  it('opens with the balance at the start of its range', async () => {
    const later = (await get('/v1/statement?from=2050-01-01T00:00:00Z&to=2051-01-01T00:00:00Z')).json();
    expect(later).toMatchObject({ opening: 930, closing: 930, sums: { grant: 0, reserve: 0 } });
    const before = (await get('/v1/statement?from=1990-01-01T00:00:00Z&to=1991-01-01T00:00:00Z')).json();
    expect(before).toMatchObject({ opening: 0, closing: 0 });
  });

  it('refuses a range that runs backwards', async () => {
    const answer = await get('/v1/statement?from=2051-01-01T00:00:00Z&to=2050-01-01T00:00:00Z');
    expectProblem(answer, 400, 'invalid_request');
  });
});

describe('POST /v1/quotes', () => {
  const quote = (body: unknown) => api.call('/v1/quotes', { key: account.key, body });

  it('prices a job and spends nothing', async () => {
    const before = (await get('/v1/balance')).json();
    const answer = await quote(STATIC_AD);
    expect(answer.status).toBe(200);
    expect(answer.json()).toMatchObject({
      id: expect.stringMatching(/^quote_/) as string,
      price_list: 1,
      total: 35,
      lines: [{ item: 0, kind: 'static_ad', quantity: 1, unit_credits: 35, credits: 35 }],
      available: 930,
      balance_after: 895,
      affordable: true,
      deadline_seconds: 900,
      cancel_rule: expect.stringMatching(/\.$/) as string,
    });
    expect((await get('/v1/balance')).json()).toEqual(before);
  });

  it('prices several outputs, and says where the balance does not cover them', async () => {
    const batch = {
      kind: 'batch',
      items: [
        { ...STATIC_AD, variations: 3 },
        { kind: 'video_ad', brief: { headline: 'x' } },
      ],
    };
    expect((await quote(batch)).json()).toMatchObject({
      total: 805,
      affordable: true,
      deadline_seconds: 1_800,
    });
    expect((await quote({ ...STATIC_AD, variations: 50 })).json()).toMatchObject({
      total: 1_750,
      affordable: false,
      balance_after: -820,
    });
  });

  it('says that it holds for 15 minutes, and when credits return at the latest', async () => {
    const answer = (await quote({ ...STATIC_AD, deadline_seconds: 60 })).json<{
      expires_at: string;
      returned_automatically_by: string;
    }>();
    const lifetimeMs = Date.parse(answer.expires_at) - Date.parse(answer.returned_automatically_by);
    expect(lifetimeMs).toBe((15 * 60 - 60) * 1_000);
  });
});

describe('GET /v1/outputs/{id}', () => {
  const stem = () => delivered.slice('job_'.length);

  it('returns an output of its job, and a 404 for a number that the job does not have', async () => {
    expect((await get(`/v1/outputs/out_${stem()}_0`)).json()).toMatchObject({
      id: `out_${stem()}_0`,
      job_id: delivered,
      state: 'succeeded',
      bytes: 7,
    });
    expectProblem(await get(`/v1/outputs/out_${stem()}_1`), 404, 'not_found');
  });
});

describe('GET /v1/outputs/{id}/content', () => {
  const content = (headers: Record<string, string> = {}, job = delivered) =>
    get(`/v1/outputs/out_${job.slice('job_'.length)}_0/content`, headers);

  it('returns the bytes with their type, length and tag', async () => {
    const answer = await content();
    expect([
      answer.status,
      answer.text,
      answer.headers.get('content-type'),
      answer.headers.get('content-length'),
    ]).toEqual([200, 'picture', 'image/png', '7']);
    const etag = answer.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[0-9a-f]{64}"$/);
    expect((await content({ 'If-None-Match': etag })).status).toBe(304);
  });

  it('returns the part that a Range asks for, a 416 outside of the file, and the whole for a stale If-Range', async () => {
    const part = await content({ Range: 'bytes=1-3' });
    expect([part.status, part.text, part.headers.get('content-range')]).toEqual([206, 'ict', 'bytes 1-3/7']);
    const outside = await content({ Range: 'bytes=7-' });
    expectProblem(outside, 416, 'range_not_satisfiable');
    expect(outside.headers.get('content-range')).toBe('bytes */7');
    const stale = await content({ Range: 'bytes=1-3', 'If-Range': '"other"' });
    expect([stale.status, stale.text]).toEqual([200, 'picture']);
  });

  it.each<[range: string, of: string | null, text: string | null]>([
    ['bytes=0-0', 'bytes 0-0/7', 'p'],
    ['bytes=-3', 'bytes 4-6/7', 'ure'],
    ['bytes=-99', 'bytes 0-6/7', 'picture'],
    ['bytes=4-99', 'bytes 4-6/7', 'ure'],
    ['bytes=5-1', null, 'picture'],
    ['bytes=0-0,2-3', null, 'picture'],
    ['items=0-1', null, 'picture'],
    ['bytes=-0', 'bytes */7', null],
    ['bytes=99999999999999999999-', 'bytes */7', null],
  ])('returns for the Range %s the Content-Range %s', async (range, of, text) => {
    const answer = await content({ Range: range });
    expect(answer.headers.get('content-range')).toBe(of);
    if (text === null) expectProblem(answer, 416, 'range_not_satisfiable');
    else expect([answer.status, answer.text]).toEqual([of === null ? 200 : 206, text]);
  });

  it('is a 404 where nothing was charged', async () => {
    expectProblem(await content({}, open), 404, 'not_found');
    expectProblem(await content({}, failed), 404, 'not_found');
  });
});
