import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createAttempts } from '../../jobs/attempts/attempts.ts';
import { attemptOf, createJobsFixture, jobItem, outputOf, type JobsFixture } from './jobs-fixture.ts';

let jobs: JobsFixture;
let account: string;
let other: string;
let provider: string;
let start: Date;
beforeAll(async () => {
  jobs = await createJobsFixture();
});
afterAll(() => jobs.close());
beforeEach(async () => {
  account = await jobs.openAccount(randomUUID(), 100_000);
  other = await jobs.openAccount(randomUUID(), 100_000);
  provider = `p_${randomUUID()}`;
  // Ahead of the accounts, whose clocks never go back.
  start = new Date(Date.now() + 20_000);
  await jobs.setClock(start);
});
afterEach(() => jobs.setClock(null));

const later = (seconds: number) => jobs.setClock(new Date(start.getTime() + seconds * 1_000));

type Limits = { readonly inFlight?: number; readonly perSecond?: number };

async function admit(of = account, outputs = 1): Promise<string> {
  const id = randomUUID();
  await jobs.admit([jobItem(of, id, {}, outputs)]);
  return id;
}
async function begin(id: string, { inFlight, perSecond }: Limits, of = account) {
  const attempt = [of, id, outputOf(id), 'render', 1, attemptOf(id), provider, 'test', true, null, null, 'm'];
  const [row] = await jobs.call('begin_attempt', ...attempt, inFlight ?? null, perSecond ?? null);
  return row?.['is_mine'] === true ? 'left' : row?.['waits_for'];
}
async function queue(id: string, { inFlight, perSecond }: Limits, of = account) {
  const line = [provider, 'm', inFlight ?? null, perSecond ?? null];
  const [row] = await jobs.call('queue_attempts', ...line, [of], [id], [attemptOf(id)]);
  return { waitsFor: row?.['waits_for'], ahead: row?.['ahead'], awaySeconds: Number(row?.['away_seconds']) };
}
const end = (id: string, of = account) =>
  jobs.call('move_attempt', of, attemptOf(id), ['posting'], 'rejected', null, 'bad_input');

test('of many attempts that ask at once, only the limit in flight leaves; one that ends makes room', async () => {
  const ids = await Promise.all(Array.from({ length: 12 }, () => admit()));
  const began = await Promise.all(ids.map(async (id) => ({ id, is: await begin(id, { inFlight: 4 }) })));
  const left = began.filter(({ is }) => is === 'left');
  expect(left).toHaveLength(4);
  expect(began.filter(({ is }) => is === 'turn')).toHaveLength(8);
  await end(left[0]?.id ?? '');
  expect(await begin(await admit(), { inFlight: 4 })).toBe('left');
  expect(await begin(await admit(), { inFlight: 4 })).toBe('turn');
});

test('a rate holds over all who ask, and a rate below one is one in so many seconds', async () => {
  const ids = await Promise.all(Array.from({ length: 6 }, () => admit()));
  const began = await Promise.all(ids.map((id) => begin(id, { perSecond: 2 })));
  expect(began.filter((is) => is === 'left')).toHaveLength(2);
  await later(2);
  expect(await begin(await admit(), { perSecond: 0.5 })).toBe('turn');
  await later(3);
  expect(await begin(await admit(), { perSecond: 0.5 })).toBe('left');
});

test('a worker’s limits of a provider hold in its line and where a row is made: in flight, and by the second', async () => {
  const attempts = createAttempts(jobs.worker, 'worker', {
    [provider]: { inFlight: null, perSecond: 1 },
    [`${provider}_full`]: { inFlight: 1, perSecond: null },
  });
  const next = async (at: string) => {
    const id = await admit();
    const of = { accountId: account, jobId: id, outputId: outputOf(id), reference: attemptOf(id) };
    return { ...of, stage: 'render', number: 1, provider: at, model: 'm', isFinal: true };
  };
  for (const at of [provider, `${provider}_full`]) {
    const [first, second] = [await next(at), await next(at)];
    expect(await attempts.begin(first)).toMatchObject({ isMine: true, waitsFor: null });
    expect(await attempts.queue([second])).toMatchObject([{ waitsFor: 'turn' }]);
    expect(await attempts.begin(second)).toMatchObject({ isMine: false, waitsFor: 'turn' });
    await later(2);
    if (at !== provider) await end(first.jobId);
    expect(await attempts.queue([second])).toMatchObject([{ waitsFor: null }]);
    expect(await attempts.begin(second)).toMatchObject({ isMine: true, waitsFor: null });
  }
});

test('single jobs go before batches, then accounts in turn, then those that wait longest', async () => {
  const limits = { inFlight: 1 };
  await begin(await admit(other), limits, other);
  const batch = await admit(account, 2);
  const first = await admit();
  const second = await admit();
  const busy = await admit(other);
  await queue(batch, limits);
  await later(0.5);
  await queue(busy, limits, other);
  await queue(first, limits);
  await later(1);
  await queue(second, limits);
  expect(await queue(first, limits)).toMatchObject({ waitsFor: 'turn', ahead: 0 });
  // The other account has one there: its own counts as its second, as this account's second does. But it had the last turn.
  expect(await queue(second, limits)).toMatchObject({ waitsFor: 'turn', ahead: 1 });
  expect(await queue(busy, limits, other)).toMatchObject({ waitsFor: 'turn', ahead: 2 });
  expect(await queue(batch, limits)).toMatchObject({ waitsFor: 'turn', ahead: 3 });
  expect((await queue(first, { inFlight: 2 })).waitsFor).toBeNull();
  expect((await queue(busy, { inFlight: 2 }, other)).waitsFor).toBe('turn');
});

test('an attempt that no longer asks holds up others for at most ten seconds', async () => {
  const limits = { inFlight: 1 };
  const gone = await admit();
  const waiting = await admit();
  await queue(gone, limits);
  await later(1);
  expect(await queue(waiting, limits)).toMatchObject({ waitsFor: 'turn', ahead: 1 });
  await later(10);
  expect(await queue(waiting, limits)).toMatchObject({ waitsFor: null, ahead: 0 });
});

test('an attempt far back keeps its place until its next look, and a later one does not overtake it', async () => {
  const limits = { inFlight: 1 };
  await jobs.owner.query(
    `INSERT INTO jobs.waiting SELECT $1, 'ahead_' || nth, $2, 'm', false, $3::timestamptz - interval '1 minute',
       $3::timestamptz + interval '10 seconds' FROM generate_series(1, 256) nth`,
    [account, provider, start],
  );
  const [first, next, last] = [await admit(), await admit(), await admit()];
  expect(await queue(first, limits)).toMatchObject({ waitsFor: 'turn', ahead: 256, awaySeconds: 2.56 });
  await later(0.1);
  expect(await queue(next, limits)).toMatchObject({ waitsFor: 'turn', ahead: 257, awaySeconds: 2.57 });
  // Those at the head ask no more, and the two behind them are late.
  await later(10.5);
  expect(await queue(last, limits)).toMatchObject({ waitsFor: 'turn', ahead: 2, awaySeconds: 0 });
  expect(await queue(next, limits)).toMatchObject({ waitsFor: 'turn', ahead: 1 });
  expect(await queue(first, limits)).toMatchObject({ waitsFor: null, ahead: 0 });
  await begin(first, limits);
  await end(first);
  expect(await queue(last, limits)).toMatchObject({ waitsFor: 'turn', ahead: 1 });
});

test('a long line drains account by account in the order of its turns, ranked once for all that ask', async () => {
  const limits = { inFlight: 4 };
  const third = await jobs.openAccount(randomUUID(), 100_000);
  const accounts = [
    ...Array<string>(32).fill(account),
    ...Array<string>(12).fill(other),
    ...Array<string>(3).fill(third),
  ];
  const waiters = accounts.map((of, nth) => ({ of, nth, id: '', endsAt: Infinity, hasLeft: false }));
  for (const waiter of waiters) {
    waiter.id = await admit(waiter.of);
    await later(waiter.nth / 1_000);
    await queue(waiter.id, { inFlight: 0 }, waiter.of);
  }
  const wire: number[] = [];
  // A run takes a quarter of a second, and a worker looks twice a second.
  for (let at = 1; wire.length < waiters.length; at += 0.5) {
    await later(at);
    for (const waiter of waiters.filter(({ endsAt }) => endsAt <= at)) {
      await end(waiter.id, waiter.of);
      waiter.endsAt = Infinity;
    }
    const inLine = waiters.filter(({ hasLeft }) => !hasLeft);
    const turns = await jobs.call(
      'queue_attempts',
      ...[provider, 'm', limits.inFlight, null],
      inLine.map(({ of }) => of),
      inLine.map(({ id }) => id),
      inLine.map(({ id }) => attemptOf(id)),
    );
    expect(turns.map(({ ahead }) => ahead).toSorted((a, b) => Number(a) - Number(b))).toEqual(
      inLine.map((_, ahead) => ahead),
    );
    const free = new Set(turns.filter((turn) => turn['waits_for'] === null).map((turn) => turn['reference']));
    expect(free.size).toBe(Math.min(limits.inFlight, inLine.length));
    for (const waiter of inLine.filter(({ id }) => free.has(attemptOf(id)))) {
      expect(await begin(waiter.id, limits, waiter.of)).toBe('left');
      wire.push(waiter.nth);
      [waiter.hasLeft, waiter.endsAt] = [true, at + 0.25];
    }
  }
  expect(wire).toHaveLength(waiters.length);
  const lastPlaces = [third, other, account].map(
    (of) => wire.findLastIndex((nth) => waiters[nth]?.of === of) + 1,
  );
  // Three of each in turn, then nine more of two, then the rest; those in flight may change places.
  expect(lastPlaces[0]).toBeLessThanOrEqual(9 + 4);
  expect(lastPlaces[1]).toBeLessThanOrEqual(27 + 4);
  const overtakenBy = wire.map(
    (nth, place) => wire.slice(0, place).filter((by) => by > nth && accounts[by] === accounts[nth]).length,
  );
  expect(Math.max(...overtakenBy), 'by younger ones of the same account').toBeLessThan(limits.inFlight);
});
