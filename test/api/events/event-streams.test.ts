import { once } from 'node:events';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import express from 'express';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAccountFeeds } from '../../../api/events/account-feeds.ts';
import { accountEventSource } from '../../../api/events/event-sources.ts';
import { followEvents } from '../../../api/events/follow-events.ts';
import { streamEvents } from '../../../api/events/stream-events.ts';
import type { Database } from '../../../ledger/database.ts';
import type { AccountEvent } from '../../../jobs/reads/read-events.ts';
import { createApiFixture, expectProblem, type ApiFixture, type TestAccount } from '../api-fixture.ts';
import { fail } from '../job-ending.ts';

let api: ApiFixture;
/** How far the API's clock is ahead, by which it forgets what it has read of keys. */
let aheadMs = 0;
beforeAll(async () => {
  api = await createApiFixture({ now: () => Date.now() + aheadMs });
});
afterAll(async () => {
  await api.expectReconciled();
  await api.close();
});

type View = { id: string; sequence: number; type: string; job_id?: string; seq?: number; data: object };

async function list(account: TestAccount, query = '') {
  const answer = await api.call(`/v1/events${query}`, { key: account.key });
  expect(answer.status, answer.text).toBe(200);
  return answer.json<{ data: View[]; next_cursor: string | null }>();
}

/** Tells an account of so many things that have no job. */
async function tell(account: TestAccount, count: number, type = 'credits.low', size = 1): Promise<void> {
  await api.owner.query(
    `SELECT jobs.tell($1, NULL, $2, jsonb_build_object('text', repeat('x', $4)), ledger.lock($1)) FROM generate_series(1, $3)`,
    [account.accountId, type, count, size],
  );
}

/** Opens a stream, whose events are collected as they come. */
async function stream(account: TestAccount, { path = '/v1/events', query = '', lastEventId = '' } = {}) {
  const cut = new AbortController();
  const response = await fetch(`${api.url}${path}${query}`, {
    headers: {
      Authorization: `Bearer ${account.key}`,
      Accept: 'text/event-stream',
      ...(lastEventId === '' ? {} : { 'Last-Event-ID': lastEventId }),
    },
    signal: cut.signal,
  });
  const events: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => events.push(event) });
  const decoder = new TextDecoder();
  const ended = (async () => {
    try {
      for await (const chunk of response.body ?? [])
        parser.feed(decoder.decode(chunk as Uint8Array, { stream: true }));
    } catch (error) {
      if (!cut.signal.aborted) throw error;
    }
  })();
  return {
    response,
    ids: () => events.map((event) => Number(event.id)),
    events,
    /** Once the server has ended it. */
    ended,
    close: async () => {
      cut.abort();
      await ended;
    },
  };
}

const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, n) => first + n);

describe('an account’s events as a list', () => {
  it('hold the events of its jobs under the same ids and those without a job, after a number, by type, in pages', async () => {
    const account = await api.openAccount();
    const { jobId } = await api.admitJob(account.accountId, 'job');
    await tell(account, 1);
    await fail(api, account.accountId, jobId);
    const all = await list(account);
    expect(all.data.map(({ sequence, type, seq }) => [sequence, type, seq])).toEqual([
      [1, 'job.queued', 1],
      [2, 'credits.low', undefined],
      [3, 'credits.returned', 2],
      [4, 'job.failed', 3],
    ]);
    const ofJob = await api.call(`/v1/jobs/${jobId}/events`, { key: account.key });
    expect(all.data.filter((event) => event.job_id === jobId).map(({ id }) => id)).toEqual(
      ofJob.json<{ data: View[] }>().data.map(({ id }) => id),
    );
    const page = await list(account, '?after=1&limit=2');
    expect([page.data.map(({ sequence }) => sequence), page.next_cursor]).toEqual([[2, 3], '3']);
    expect(await list(account, '?after=3&limit=2')).toMatchObject({
      data: [{ sequence: 4 }],
      next_cursor: null,
    });
    expect((await list(account, '?type=credits.low')).data.map(({ sequence }) => sequence)).toEqual([2]);
  });

  it('write the times in their data as every time is written, and the texts as they are', async () => {
    const account = await api.openAccount();
    const names = [
      'expires_at',
      'period_start',
      'period_end',
      'return_by',
      'returned_automatically_by',
      'since',
    ];
    await api.owner.query(
      `SELECT jobs.tell($1, NULL, 'credits.expiring', jsonb_object_agg(n, timestamptz '2026-01-31 13:00:00.123456+01')
         || jsonb_build_object('reason', '9999-99-99T00:00:00+01:00'), ledger.lock($1)) FROM unnest($2::text[]) n`,
      [account.accountId, names],
    );
    const times = Object.fromEntries(names.map((name) => [name, '2026-01-31T12:00:00.123Z']));
    expect((await list(account)).data).toMatchObject([
      { data: { ...times, reason: '9999-99-99T00:00:00+01:00' } },
    ]);
  });

  it('hold none of another account, and are refused to a key without a scope for them', async () => {
    const account = await api.openAccount();
    await tell(account, 1);
    const other = await api.openAccount();
    expect((await list(other)).data).toEqual([]);
    const key = await api.createKey(account.accountId, ['credits:read']);
    expectProblem(await api.call('/v1/events', { key }), 403, 'forbidden');
  });

  it('are refused with a Last-Event-ID that is no number, although a list does not need it', async () => {
    const { key } = await api.openAccount();
    const headers = { 'Last-Event-ID': 'the last one' };
    expectProblem(await api.call('/v1/events', { key, headers }), 400, 'invalid_request');
  });

  it.each(['?type=job.done', '?after=-1', '?limit=101', '?cursor=1'])(
    'are refused with an invalid query: %s',
    async (query) => {
      const account = await api.openAccount();
      expectProblem(await api.call(`/v1/events${query}`, { key: account.key }), 400, 'invalid_request');
    },
  );
});

describe('an account’s events as a stream', () => {
  it('come once each as they happen, also to a reader that was cut off and resumes', async () => {
    const account = await api.openAccount();
    await tell(account, 3);
    const first = await stream(account);
    await expect.poll(first.ids).toEqual(upTo(3));
    await tell(account, 2);
    await expect.poll(first.ids).toEqual(upTo(5));
    await first.close();
    await tell(account, 2);
    const second = await stream(account, { lastEventId: '5' });
    await expect.poll(second.ids).toEqual([6, 7]);
    await tell(account, 150);
    await expect.poll(second.ids).toEqual(upTo(157, 6));
    await second.close();
  });

  it('of one type leave out those of the others', async () => {
    const account = await api.openAccount();
    await tell(account, 1, 'credits.expired');
    const reader = await stream(account, { query: '?type=credits.expired' });
    await tell(account, 3);
    await tell(account, 1, 'credits.expired');
    await expect.poll(reader.ids).toEqual([1, 5]);
    await reader.close();
  });

  it('after a Last-Event-ID beyond the end begin with the next one that happens', async () => {
    const account = await api.openAccount();
    await tell(account, 2);
    const reader = await stream(account, { lastEventId: '9007199254740993' });
    await tell(account, 1);
    await expect.poll(reader.ids).toEqual([3]);
    await reader.close();
  });

  it.each(['0', '1'])(
    'after %s, which is not beyond the end, have no id but those of events',
    async (lastEventId) => {
      const account = await api.openAccount();
      await tell(account, 1);
      const { body } = await fetch(`${api.url}/v1/events`, {
        headers: {
          ...{ Authorization: `Bearer ${account.key}`, Accept: 'text/event-stream' },
          'Last-Event-ID': lastEventId,
        },
      });
      const reader = body?.getReader();
      expect(new TextDecoder().decode((await reader?.read())?.value)).toMatch(/^retry: 1000\n\n/);
      await reader?.cancel();
    },
  );

  it.each(['/v1/events', 'its job'])(
    'from now on begin with the id that a reader resumes at which is cut off before its first event: %s',
    async (of) => {
      const account = await api.openAccount();
      const { jobId } = await api.admitJob(account.accountId, 'job');
      const path = of === 'its job' ? `/v1/jobs/${jobId}/events` : of;
      const headers = { Authorization: `Bearer ${account.key}`, Accept: 'text/event-stream' };
      const cut = new AbortController();
      const { body } = await fetch(`${api.url}${path}`, {
        headers: { ...headers, 'Last-Event-ID': String(Number.MAX_SAFE_INTEGER) },
        signal: cut.signal,
      });
      const { value } = await (body?.getReader().read() ?? Promise.reject(new Error('no body')));
      expect(new TextDecoder().decode(value)).toBe('retry: 1000\nid: 1\n\n');
      cut.abort();
      await fail(api, account.accountId, jobId);
      const resumed = await stream(account, { path, lastEventId: '1' });
      await expect.poll(resumed.ids).toEqual([2, 3]);
      await resumed.close();
    },
  );

  it('go on at another API process after the last one that was read there', async () => {
    const account = await api.openAccount();
    await tell(account, 10);
    const other = createAccountFeeds(api.worker, pino({ level: 'silent' }));
    const place = other.open(account.accountId);
    if (place.is !== 'open') throw new Error('no place');
    const source = accountEventSource(api.worker, account.accountId, { after: 4, type: null });
    const seen: number[] = [];
    const limits = { isOver: () => seen.length >= 16, idleMs: () => 200 };
    const telling = tell(account, 10);
    for await (const { events } of followEvents(place.feed, source, limits)) {
      seen.push(...events.map(({ sequence }) => sequence));
      source.told(events);
    }
    await telling;
    place.feed.close();
    expect(seen).toEqual(upTo(20, 5));
  });
});

describe('a stream whose key or session ends', () => {
  const ends: readonly (readonly [
    string,
    (account: TestAccount) => Promise<{ secret: string; end: () => Promise<unknown> }>,
  ])[] = [
    [
      'a key that is revoked',
      ({ key }) => {
        const path = `/v1/keys/key_${key.split('_')[2] ?? ''}`;
        const end = () => api.call(path, { method: 'DELETE', key: api.platformKey });
        return Promise.resolve({ secret: key, end });
      },
    ],
    [
      'a portal session that is revoked',
      async ({ key }) => {
        const made = await api.call('/v1/portal_sessions', { key, body: { can: ['read'] } });
        const { id, token } = made.json<{ id: string; token: string }>();
        return { secret: token, end: () => api.call(`/v1/portal_sessions/${id}`, { method: 'DELETE', key }) };
      },
    ],
  ];

  it.each(ends)('sends nothing more within a second, and ends: %s', async (_, open) => {
    const account = await api.openAccount();
    const { secret, end } = await open(account);
    const admin = await api.createKey(account.accountId, ['admin']);
    await tell(account, 1);
    const { jobId } = await api.admitJob(account.accountId, 'watched');
    const readers = [
      await stream({ ...account, key: secret }),
      await stream({ ...account, key: secret }, { path: `/v1/jobs/${jobId}/events` }),
    ];
    const other = await stream({ ...account, key: admin });
    await expect.poll(() => readers.map((reader) => reader.ids())).toEqual([[1, 2], [1]]);
    await end();
    aheadMs += 1_000;
    await fail(api, account.accountId, jobId);
    await Promise.all(readers.map((reader) => reader.ended));
    expect(readers.map((reader) => reader.ids())).toEqual([[1, 2], [1]]);
    // Another key's stream goes on.
    await expect.poll(other.ids).toEqual(upTo(4));
    await other.close();
  });
});

describe('a feed', () => {
  it('asks once per tick for a hundred readers, and a reader that falls behind reads pages and misses nothing', async () => {
    const account = await api.openAccount();
    let queries = 0;
    const counted: Database = {
      query: (statement) => {
        queries += 1;
        return (api.worker as Database).query(statement);
      },
    };
    const feeds = createAccountFeeds(counted, pino({ level: 'silent' }));
    const places = Array.from({ length: 100 }, () => feeds.open(account.accountId));
    const opened = places.flatMap((place) => (place.is === 'open' ? [place.feed] : []));
    expect(opened).toHaveLength(100);
    const slow = opened[0];
    if (slow === undefined) throw new Error('no feed');
    await Promise.all(opened.map((feed) => feed.next(-1, 5_000)));
    const before = queries;
    await tell(account, 1);
    await Promise.all(opened.map((feed) => feed.next(0, 5_000)));
    // One per tick, not one per reader.
    expect(queries - before).toBeLessThan(opened.length / 4);
    const kept = opened.map((feed) => feed.after(0)?.[0]);
    expect(new Set<AccountEvent | undefined>(kept).size).toBe(1);

    await tell(account, 500);
    for (let position = 0; position < 501; position = slow.head() ?? 0)
      expect(await slow.next(position, 5_000)).toBe('changed');
    // It is further behind than what is kept: it reads pages.
    expect(slow.after(1)).toBeNull();
    expect(slow.after(500)?.map(({ sequence }) => sequence)).toEqual([501]);
    for (const feed of opened) feed.close();
  });

  it('tells every waiting reader that the process closes', async () => {
    const account = await api.openAccount();
    const feeds = createAccountFeeds(api.worker, pino({ level: 'silent' }));
    const place = feeds.open(account.accountId);
    if (place.is !== 'open') throw new Error('no place');
    const waiting = place.feed.next(100, 60_000);
    feeds.closeAll();
    expect([await waiting, await place.feed.next(0, 1_000)]).toEqual(['closing', 'closing']);
  });
});

describe('a reader that takes nothing', () => {
  it('is cut off with one page waiting for it, and resumes without a gap', async () => {
    const account = await api.openAccount();
    await tell(account, 120, 'credits.low', 60_000);
    const feeds = createAccountFeeds(api.worker, pino({ level: 'silent' }));
    const place = feeds.open(account.accountId);
    if (place.is !== 'open') throw new Error('no place');
    const source = accountEventSource(api.worker, account.accountId, { after: 0, type: null });
    let isCut: () => void = () => undefined;
    const cutOff = new Promise<void>((resolve) => (isCut = resolve));
    const server = createServer(
      express().get('/', async (_request, response) => {
        const checkAgain = () => Promise.resolve();
        const deps = { feed: place.feed, now: Date.now, checkAgain, slowReaderMs: 200 };
        await streamEvents(deps, response, source, {
          end: null,
          show: (event) => ({ id: event.sequence, view: event }),
          isLast: () => false,
        });
        isCut();
      }),
    ).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const text = await new Promise<string>((resolve) => {
      get({ port, host: '127.0.0.1' }, (response) => {
        const chunks: Buffer[] = [];
        response.on('error', () => undefined);
        response.on('close', () => {
          resolve(Buffer.concat(chunks).toString('utf8'));
        });
        // It reads only what had been sent when it was cut off.
        void cutOff.then(() => response.on('data', (chunk: Buffer) => chunks.push(chunk)));
      });
    });
    place.feed.close();
    server.close();
    const read = text
      .split('\n\n')
      .slice(0, -1)
      .flatMap((frame) => /^id: (\d+)$/m.exec(frame)?.[1] ?? []);
    const last = Number(read.at(-1) ?? 0);
    expect(last).toBeLessThan(120);
    const reader = await stream(account, { lastEventId: String(last) });
    await expect.poll(reader.ids, { timeout: 10_000 }).toEqual(upTo(120, last + 1));
    await reader.close();
  });
});
