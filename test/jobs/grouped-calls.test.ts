import { expect, test } from 'vitest';
import { withFreshAccounts } from '../ledger/fresh-accounts.ts';
import { createAdmitJob, type AdmitItem } from '../../jobs/admission/admit-job.ts';
import { createSettleOutput } from '../../jobs/outputs/settle-outputs.ts';
import { createSpend } from '../../jobs/credits/spend.ts';
import { grantItem } from '../ledger/ledger-fixture.ts';
import { holdAccounts } from '../ledger/until-waiting.ts';
import { setLimits } from '../ledger/limits/limit-calls.ts';
import { createJobsFixture, jobItem, outputOf, reservationOf, type JobsFixture } from './jobs-fixture.ts';

/** Calls that arrive together at a process go together to the database: jobs.admit, jobs.settle, jobs.spend, by group commit. */

const NOW = new Date('2030-03-01T12:00:00Z');
const HOUR_MS = 3_600_000;

let jobs: JobsFixture;
let account: string;
withFreshAccounts(createJobsFixture, { now: null, credits: 100 }, (fixture, fresh) => {
  jobs = fixture;
  account = fresh;
});

/** A job of one static ad at 35 credits, as the process's own function takes it. */
function adOf(accountId: string, jobId: string, other: object = {}): AdmitItem {
  const price = { price_list: 1, total: 35, lines: [] };
  return {
    ...{ accountId, jobId, fingerprint: jobId, body: {}, admitBy: '9999-01-01T00:00:00Z' },
    ...{ request: { kind: 'static_ad', ...other }, workFingerprint: jobId, price },
    ...{ model: 'local/render', provider: 'local', expectedSeconds: 10, deadlineSeconds: 900 },
    outputs: [
      {
        ...{ outputId: outputOf(jobId), reservationId: reservationOf(jobId), item: 0, variation: 0 },
        ...{ credits: 35, work: { kind: 'static_ad' } },
      },
    ],
  } as unknown as AdmitItem;
}

test('an account whose clock is ahead takes no other with it: credits of others do not expire early', async () => {
  const ahead = await jobs.openAccount(`${account}_ahead`, 100);
  await jobs.setClock(NOW);
  await jobs.grant([
    grantItem(account, 'lives an hour', 70, { priority: 1, expires_at: new Date(NOW.getTime() + HOUR_MS) }),
  ]);
  // The clock of the database stepped forward, moved one account, and was set right again.
  await jobs.setClock(new Date(NOW.getTime() + 2 * HOUR_MS));
  await jobs.grant([grantItem(ahead, 'moved', 1)]);
  await jobs.setClock(NOW);

  const rows = await jobs.admit([
    jobItem(ahead, `${account}_1`, { admit_by: '9999-01-01T00:00:00Z' }),
    jobItem(account, `${account}_2`, { admit_by: '9999-01-01T00:00:00Z' }),
  ]);
  expect(rows).toMatchObject([{ outcome: { outcome: 'reserved' } }, { outcome: { outcome: 'reserved' } }]);
  const { rows: moved } = await jobs.owner.query(
    'SELECT moved_at, expired::int FROM ledger.accounts WHERE account_id = ANY ($1) ORDER BY account_id',
    [[account, ahead]],
  );
  expect(moved).toEqual([
    { moved_at: NOW, expired: 0 },
    { moved_at: new Date(NOW.getTime() + 2 * HOUR_MS), expired: 0 },
  ]);
  const { rows: grants } = await jobs.owner.query(
    `SELECT reserved::int FROM ledger.grants WHERE account_id = $1 AND grant_id = 'lives an hour'`,
    [account],
  );
  expect(grants).toEqual([{ reserved: 35 }]);
});

test('an account that stays locked holds up its own item only: the batch times out and goes item by item', async () => {
  const busy = await jobs.openAccount(`${account}_busy`, 100);
  const admit = createAdmitJob(jobs.worker);
  const held = await holdAccounts(jobs.owner, [busy]);
  const first = admit(adOf(account, `${account}_1`));
  const together = [admit(adOf(busy, `${account}_2`)), admit(adOf(account, `${account}_3`))] as const;
  await expect(first).resolves.toMatchObject({ isOpen: true });
  await expect(together[0]).rejects.toMatchObject({ code: '55P03' });
  await expect(together[1]).resolves.toMatchObject({ isOpen: true });
  await held.letGo();
  await expect(admit(adOf(busy, `${account}_2`))).resolves.toMatchObject({ isOpen: true });
});

test('N jobs at once of 35 credits on a balance of b are admitted ⌊b/35⌋ times (invariant 5)', async () => {
  const admit = createAdmitJob(jobs.worker);
  const rich = await jobs.openAccount(`${account}_rich`, 35 * 40 + 34);
  const results = await Promise.all(
    Array.from({ length: 100 }, (_, n) => admit(adOf(rich, `${account}_${String(n)}`))),
  );
  expect(results.filter(({ outcome }) => outcome.outcome === 'reserved')).toHaveLength(40);
  expect(results.filter(({ isOpen }) => isOpen)).toHaveLength(40);
  expect(await jobs.balanceOf(rich)).toMatchObject({ available: 34, reserved: 1_400 });
});

test('jobs at once under a member’s cap are admitted ⌊cap/35⌋ times', async () => {
  await jobs.grant([grantItem(account, 'more', 10_000)]);
  await setLimits(jobs, account, { member_credits_per_period: 250 });
  const admit = createAdmitJob(jobs.worker);
  const results = await Promise.all(
    Array.from({ length: 50 }, (_, n) => admit(adOf(account, `${account}_${String(n)}`, { member: 'ann' }))),
  );
  expect(results.filter(({ outcome }) => outcome.outcome === 'reserved')).toHaveLength(7);
});

test('releases at once over many accounts each end their own output once', async () => {
  const admit = createAdmitJob(jobs.worker);
  const settle = createSettleOutput(jobs.worker);
  const names = await Promise.all(
    Array.from({ length: 20 }, (_, n) => jobs.openAccount(`${account}_${String(n)}`, 100)),
  );
  await Promise.all(names.map((name) => admit(adOf(name, `job_${name}`))));
  const failure = {
    code: 'provider_failed',
    at_fault: 'provider',
    detail: 'It failed.',
    retryable: true,
  } as const;
  const releaseAll = () =>
    names.map((name) =>
      settle({
        ...{ accountId: name, jobId: `job_${name}`, outputId: outputOf(`job_${name}`) },
        ...{ reservationId: reservationOf(`job_${name}`), verb: 'release', failure },
        expiredGrantPolicy: 'return_grant',
      }),
    );
  const results = await Promise.all([...releaseAll(), ...releaseAll()]);
  expect(results).toHaveLength(40);
  for (const result of results) expect(result).toMatchObject({ outcome: 'released', released: 35, failure });
  for (const name of names) expect(await jobs.balanceOf(name)).toMatchObject({ available: 100, reserved: 0 });
});

test('spends at once under one key each are charged once, and stop at the last credit', async () => {
  const spend = createSpend(jobs.worker);
  const results = await Promise.all(
    Array.from({ length: 120 }, (_, n) => {
      const key = `k${String(n % 60)}`;
      return spend({ accountId: account, key, fingerprint: key, spendId: key, credits: 3, note: 'chat' });
    }),
  );
  expect(results.slice(0, 60).filter(({ answer }) => answer.outcome === 'spent')).toHaveLength(33);
  expect(results.slice(0, 60).map(({ answer }) => answer)).toEqual(
    results.slice(60).map(({ answer }) => answer),
  );
  expect(await jobs.balanceOf(account)).toMatchObject({ available: 1, spent: 99 });
});

test('an array that takes longer than it may hold its locks returns what it did, and the rest is sent again', async () => {
  const big = await jobs.openAccount(`${account}_big`, 100_000);
  const items = Array.from({ length: 1_500 }, (_, n) => jobItem(big, `${account}_${String(n)}`));
  const rows = await jobs.call('admit', JSON.stringify(items));
  expect(rows.length).toBeGreaterThan(0);
  expect(rows.length).toBeLessThan(items.length);
  const { rows: kept } = await jobs.owner.query<{ jobs: number }>(
    'SELECT count(*)::int AS jobs FROM jobs.jobs WHERE account_id = $1',
    [big],
  );
  expect(kept).toEqual([{ jobs: rows.length }]);
});
