import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { attemptOf, createJobsFixture, jobItem, outputOf, type JobsFixture } from './jobs-fixture.ts';

let jobs: JobsFixture;
let account: string;
const START = new Date('2026-03-01T12:00:00Z');
/** As jobs.breaker_rules says. */
const FAILURES = 5;
const PAUSE_SECONDS = 5;
const PROBE_SECONDS = 60;
beforeAll(async () => {
  jobs = await createJobsFixture();
});
afterAll(() => jobs.close());
beforeEach(async () => {
  account = await jobs.openAccount(randomUUID(), 100_000);
  await jobs.setClock(START);
});
afterEach(async () => {
  await jobs.setClock(null);
  await jobs.owner.query('DELETE FROM jobs.breakers');
});

const later = (seconds: number) => jobs.setClock(new Date(START.getTime() + seconds * 1_000));

/** A job, and its attempt that asks for its turn at a model. */
async function begin(id: string = randomUUID(), model = 'm') {
  await jobs.admit([jobItem(account, id)]);
  return beginAgain(id, model);
}
async function beginAgain(id: string, model = 'm') {
  const named = [account, id, outputOf(id), 'render', 1, attemptOf(id), 'gpu', 'test', true];
  const values = [...named, null, null, model, null, null];
  const [row] = await jobs.call('begin_attempt', ...values);
  return { id, isMine: row?.['is_mine'], waitsFor: row?.['waits_for'] };
}
const move = (id: string, from: string, to: string, errorClass: string | null = null) =>
  jobs.call('move_attempt', account, attemptOf(id), [from], to, to === 'accepted' ? id : null, errorClass);
/** As a submitter does whose service does not respond. */
const giveUp = (id: string) => jobs.call('close_attempt', account, attemptOf(id));
const failRun = (id: string, errorClass = 'provider_failed') =>
  jobs.call('fail_attempt', account, attemptOf(id), errorClass, 'no', null);
const breaker = async (model = 'm') => {
  const rows = await jobs.call('read_models', false);
  return rows.find((row) => row['model'] === model)?.['breaker'] ?? 'closed';
};

async function failSubmissions(times: number): Promise<void> {
  for (let nth = 0; nth < times; nth++) {
    const { id } = await begin();
    await giveUp(id);
  }
}
async function open(): Promise<void> {
  await failSubmissions(FAILURES);
  expect(await breaker()).toBe('open');
}

test('a breaker opens after so many failures in a row, for its model alone, and nothing leaves then', async () => {
  await failSubmissions(FAILURES - 1);
  expect(await breaker()).toBe('closed');
  await failSubmissions(1);
  expect(await breaker()).toBe('open');
  expect(await begin()).toMatchObject({ isMine: false, waitsFor: 'model' });
  expect(await begin(randomUUID(), 'another')).toMatchObject({ isMine: true, waitsFor: null });
});

test('workers that die over their submissions, or a service that others find alive by a look-up, open nothing', async () => {
  for (let nth = 0; nth < 2 * FAILURES; nth++) {
    const { id } = await begin();
    await move(id, 'posting', 'unknown');
    await move(id, 'unknown', 'accepted');
  }
  expect(await breaker()).toBe('closed');
  await failSubmissions(FAILURES - 1);
  expect(await breaker()).toBe('closed');
});

test('a success in between restarts the count', async () => {
  await failSubmissions(FAILURES - 1);
  const { id } = await begin();
  await move(id, 'posting', 'accepted');
  await failSubmissions(FAILURES - 1);
  expect(await breaker()).toBe('closed');
});

test('a refusal of the work, and a scenario that the sandbox plays, are no failures of the service', async () => {
  for (let nth = 0; nth < FAILURES; nth++) {
    const { id } = await begin();
    await move(id, 'posting', 'rejected', 'bad_input');
    const played = await begin();
    await jobs.owner.query(
      `UPDATE jobs.outputs SET work = work || '{"test_scenario": "fails_before_start"}' WHERE job_id = $1`,
      [played.id],
    );
    await move(played.id, 'posting', 'rejected', 'resubmit');
  }
  expect(await breaker()).toBe('closed');
});

test('after a pause one of many jobs is the probe, and its success closes the breaker', async () => {
  await open();
  await later(PAUSE_SECONDS);
  expect(await breaker()).toBe('half_open');
  const asked = await Promise.all(Array.from({ length: 6 }, () => begin()));
  const [probe, ...others] = asked.filter(({ isMine }) => isMine === true);
  expect(others).toEqual([]);
  expect(asked.filter(({ waitsFor }) => waitsFor === 'model')).toHaveLength(5);
  await move(probe?.id ?? '', 'posting', 'accepted');
  expect(await breaker()).toBe('closed');
  expect(await begin()).toMatchObject({ isMine: true });
});

test('the first in line is the probe; the others wait without calling the service', async () => {
  const ids: readonly string[] = [randomUUID(), randomUUID(), randomUUID()];
  for (const id of ids) await jobs.admit([jobItem(account, id)]);
  const waits = async () => {
    const named = [ids.map(() => account), ids, ids.map((id) => attemptOf(id))];
    const turns = await jobs.call('queue_attempts', 'gpu', 'm', null, null, ...named);
    return ids.map((id) => turns.find((turn) => turn['reference'] === attemptOf(id))?.['waits_for']);
  };
  await open();
  expect(await waits()).toEqual(['model', 'model', 'model']);
  await later(PAUSE_SECONDS);
  const half = await waits();
  expect(half.filter((waitsFor) => waitsFor === null)).toHaveLength(1);
  const probe = ids[half.indexOf(null)] ?? '';
  expect(await beginAgain(probe)).toMatchObject({ isMine: true });
  expect((await waits()).filter((waitsFor) => waitsFor === 'model')).toHaveLength(3);
  await move(probe, 'posting', 'accepted');
  expect((await waits()).every((waitsFor) => waitsFor === null)).toBe(true);
});

test('a failed probe leaves the breaker open for another pause; earlier submissions do not count', async () => {
  const { id: early } = await begin();
  await open();
  await later(PAUSE_SECONDS);
  const { id: probe } = await begin();
  await move(early, 'posting', 'accepted');
  expect(await breaker()).toBe('half_open');
  await move(probe, 'posting', 'rejected', 'unavailable');
  expect(await breaker()).toBe('open');
  await later(2 * PAUSE_SECONDS);
  expect(await begin()).toMatchObject({ isMine: true });
});

test('a probe whose worker died is taken over after a minute', async () => {
  await open();
  await later(PAUSE_SECONDS);
  expect(await begin()).toMatchObject({ isMine: true });
  await later(PAUSE_SECONDS + PROBE_SECONDS - 1);
  expect(await begin()).toMatchObject({ waitsFor: 'model' });
  await later(PAUSE_SECONDS + PROBE_SECONDS);
  const { id, isMine } = await begin();
  expect(isMine).toBe(true);
  await move(id, 'posting', 'accepted');
  expect(await breaker()).toBe('closed');
});

test('failed runs open the breaker though submissions succeed, and a successful run closes it', async () => {
  for (let nth = 0; nth < FAILURES; nth++) {
    const { id } = await begin();
    await move(id, 'posting', 'accepted');
    await failRun(id);
  }
  expect(await breaker()).toBe('open');
  await later(PAUSE_SECONDS);
  const { id } = await begin();
  await move(id, 'posting', 'accepted');
  expect(await breaker()).toBe('half_open');
  await jobs.call('record_asset', account, attemptOf(id), 'f00d', 'image/png', 100, 'yes', null);
  expect(await breaker()).toBe('closed');
});
