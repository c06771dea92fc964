import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTakeRequest, type RequestAsk } from '../../jobs/keys/take-requests.ts';
import { createTestDatabase, type TestDatabase } from '../harness/test-database.ts';

/** As slow as to grant nothing more while a test runs. */
const SLOW = { perSecond: 0.001, burst: 20 };

let database: TestDatabase;
let owner: pg.Pool;
let pools: readonly pg.Pool[];
beforeAll(async () => {
  database = await createTestDatabase();
  owner = new pg.Pool({ connectionString: database.ownerUrl, max: 1 });
  pools = [0, 1].map(() => new pg.Pool({ connectionString: database.apiUrl, max: 4 }));
});
afterAll(async () => {
  await Promise.all([...pools, owner].map((pool) => pool.end()));
  await database.close();
});

const askOf = (key: string, account: string | null = null): RequestAsk => ({
  key: { subject: key, limit: SLOW },
  account: account === null ? null : { subject: account, limit: SLOW },
});

/** Asks as often from each of two processes, all at once; returns how many were granted. */
async function askTwoProcesses(asks: readonly RequestAsk[]): Promise<number> {
  const turns = await Promise.all(
    pools.flatMap((pool) => {
      const take = createTakeRequest(pool);
      return asks.map((ask) => take(ask));
    }),
  );
  return turns.filter(({ isGranted }) => isGranted).length;
}

const rowsOf = async () =>
  (await owner.query<object>('SELECT ctid, xmin, xmax, r.* FROM jobs.request_rates r ORDER BY subject')).rows;

it('grants the burst of a key exactly, however many processes ask', async () => {
  expect(await askTwoProcesses(Array.from({ length: 50 }, () => askOf('key_one')))).toBe(SLOW.burst);
});

it('grants the burst of an account exactly to all of its keys', async () => {
  const asks = Array.from({ length: 50 }, (_, n) => askOf(`key_${String(n)}`, 'acct_one'));
  expect(await askTwoProcesses(asks)).toBe(SLOW.burst);
});

it('takes nothing from a key whose account refuses, and writes nothing', async () => {
  const take = createTakeRequest(pools[0]!);
  await Promise.all(Array.from({ length: SLOW.burst }, () => take(askOf('key_a', 'acct_full'))));
  const before = await rowsOf();
  const refused = await take(askOf('key_fresh', 'acct_full'));
  expect(refused).toMatchObject({ isGranted: false, keySecondsToWhole: 0 });
  expect(await rowsOf()).toEqual(before);
});

it('grants requests again as time passes, one by one', async () => {
  const take = createTakeRequest(pools[0]!);
  await Promise.all(Array.from({ length: SLOW.burst }, () => take(askOf('key_late'))));
  expect((await take(askOf('key_late'))).isGranted).toBe(false);
  // Two requests' worth of time.
  await owner.query(
    `UPDATE jobs.request_rates SET whole_at = whole_at - make_interval(secs => 2000) WHERE subject = 'key_late'`,
  );
  const turns = [await take(askOf('key_late')), await take(askOf('key_late')), await take(askOf('key_late'))];
  expect(turns.map(({ isGranted }) => isGranted)).toEqual([true, true, false]);
});
