import { Client, Connection } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createProviderRegistry } from '../../activities/providers/provider-registry.ts';
import {
  createReconcileActivities,
  type ReconcileReport,
} from '../../activities/maintenance/reconcile-reservations.ts';
import type { Attempt } from '../../domain/work/attempt.ts';
import { listRepairs } from '../../jobs/support/repairs.ts';
import { holdAccounts, untilWaiting } from '../ledger/until-waiting.ts';
import { createActivitiesFixture, type ActivitiesFixture } from './activities-fixture.ts';

/** Past a static ad's deadline (900 s) by more than the 60 s that are its workflow's own. */
const OVERDUE_MS = 961_000;

let fixture: ActivitiesFixture;
beforeEach(async () => {
  fixture = await createActivitiesFixture();
});
afterEach(async () => {
  await fixture.close();
});

/** A job that runs at its provider. */
async function running(key: string): Promise<Attempt> {
  const { attempt } = await fixture.admit(key);
  await fixture.attempts.begin(attempt);
  await fixture.attempts.move(attempt.accountId, attempt.reference, {
    from: ['posting'],
    to: 'accepted',
    providerJobId: key,
  });
  return attempt;
}

/** An overdue reservation is ended without asking Temporal, so no Temporal is started. */
function reconcile() {
  const { reconcileReservations } = createReconcileActivities({
    database: fixture.worker,
    client: new Client({ connection: Connection.lazy({ address: '127.0.0.1:1' }) }),
    jobActivities: fixture.activitiesAt('http://nowhere.test'),
    providers: createProviderRegistry([]),
    models: [],
    graceSeconds: 0,
  });
  // Its warning of a reservation that cannot be ended is expected here.
  const logger = new DefaultLogger('ERROR', () => undefined);
  return new MockActivityEnvironment({}, { logger }).run(reconcileReservations);
}

async function openOutputs(): Promise<readonly string[]> {
  const { rows } = await fixture.owner.query<{ output_id: string }>(
    `SELECT output_id FROM ledger.reservations WHERE state = 'open'`,
  );
  return rows.map((row) => row.output_id);
}

const queue = async (isResolved: boolean) =>
  (await listRepairs(fixture.worker, { accountId: null, isResolved }, { after: null, limit: 100 })).map(
    ({ repair }) => repair,
  );

test('a reservation that cannot be settled does not hold up others, and is on the repair queue until it is settled', async () => {
  const attempts = [await running('one'), await running('two'), await running('three')];
  const [stubborn] = attempts.map((attempt) => attempt.outputId).sort();
  await fixture.owner.query(`
    CREATE FUNCTION ledger.refuse_ending() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not now'; END $$;
    CREATE TRIGGER refuse_ending BEFORE UPDATE ON ledger.reservations FOR EACH ROW
      WHEN (NEW.output_id = '${stubborn ?? ''}') EXECUTE FUNCTION ledger.refuse_ending()`);
  await fixture.database.setClock(new Date(Date.now() + OVERDUE_MS));

  expect(await reconcile()).toEqual({ looked: 3, released: 2, heldBack: 0, doubt: null });
  expect(await openOutputs()).toEqual([stubborn]);
  expect(await queue(false)).toMatchObject([
    { output_id: stubborn, credits: 35, why: expect.stringMatching(/not now/), tries: 1, resolved_at: null },
  ]);
  expect(await reconcile()).toEqual({ looked: 1, released: 0, heldBack: 0, doubt: null });
  expect(await queue(false)).toMatchObject([{ tries: 2 }]);

  await fixture.owner.query('DROP TRIGGER refuse_ending ON ledger.reservations');
  expect(await reconcile()).toEqual({ looked: 1, released: 1, heldBack: 0, doubt: null });
  expect(await openOutputs()).toEqual([]);
  expect(await queue(false)).toEqual([]);
  expect(await queue(true)).toMatchObject([{ output_id: stubborn, resolved_at: expect.any(String) }]);
});

test('two reconcilers at once return each reservation once, and leave what support extends meanwhile', async () => {
  const attempts = [await running('four'), await running('five'), await running('six')];
  const kept = attempts[1];
  await fixture.database.setClock(new Date(Date.now() + OVERDUE_MS));
  const held = await holdAccounts(fixture.owner, [fixture.accountId]);
  const extending = fixture.worker.query(`SELECT answer FROM jobs.apply_command($1, $2, 'extend', 'k', $3)`, [
    fixture.accountId,
    kept?.jobId,
    JSON.stringify({
      ...{ fingerprint: 'f', actor: 'a', reason: 'r', is_running: true, max_ahead_seconds: 86_400 },
      until: new Date(Date.now() + OVERDUE_MS + 600_000).toISOString(),
    }),
  ]);
  await untilWaiting(fixture.owner, 1);
  const reconciling = [reconcile(), reconcile()];
  await untilWaiting(fixture.owner, 3);
  await held.letGo();
  expect((await extending).rows).toMatchObject([{ answer: { outcome: 'done' } }]);
  const reports = (await Promise.all(reconciling)) as readonly ReconcileReport[];
  expect(reports.map((report) => report.looked)).toEqual([3, 3]);
  expect(await openOutputs()).toEqual([kept?.outputId]);
  const { rows } = await fixture.owner.query(
    `SELECT reservation_id, count(*) FROM ledger.entries WHERE kind = 'release' GROUP BY 1 HAVING count(*) > 1`,
  );
  expect(rows).toEqual([]);
  // Not overdue any more, so Temporal is asked, which is away here.
  expect(await queue(false)).toEqual([]);
  await fixture.database.setClock(new Date(Date.now() + OVERDUE_MS + 700_000));
  expect(await reconcile()).toMatchObject({ released: 1 });
});
