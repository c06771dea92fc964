import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
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
  const named = [of, id, attemptOf(id), provider, 'm', inFlight ?? null, perSecond ?? null];
  const [row] = await jobs.call('queue_attempt', ...named);
  return { waitsFor: row?.['waits_for'], ahead: row?.['ahead'] };
}
const end = (id: string) =>
  jobs.call('move_attempt', account, attemptOf(id), ['posting'], 'rejected', null, 'bad_input');

test('of many workers that ask at once, no more leave than may be in flight; one that ends makes room', async () => {
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
  expect(await queue(first, limits)).toEqual({ waitsFor: 'turn', ahead: 0 });
  // The other account has one there: its own counts as its second, as this account's second does.
  expect(await queue(busy, limits, other)).toEqual({ waitsFor: 'turn', ahead: 1 });
  expect(await queue(second, limits)).toEqual({ waitsFor: 'turn', ahead: 2 });
  expect(await queue(batch, limits)).toEqual({ waitsFor: 'turn', ahead: 3 });
  expect((await queue(first, { inFlight: 2 })).waitsFor).toBeNull();
  expect((await queue(busy, { inFlight: 2 }, other)).waitsFor).toBe('turn');
});

test('one that asks no more holds up no other after a few seconds', async () => {
  const limits = { inFlight: 1 };
  const gone = await admit();
  const waiting = await admit();
  await queue(gone, limits);
  await later(1);
  expect(await queue(waiting, limits)).toEqual({ waitsFor: 'turn', ahead: 1 });
  await later(5);
  expect(await queue(waiting, limits)).toEqual({ waitsFor: null, ahead: 0 });
});
