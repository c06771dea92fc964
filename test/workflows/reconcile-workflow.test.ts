import { Client, Connection } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { createProviderRegistry } from '../../activities/providers/provider-registry.ts';
import { createJobActivities } from '../../activities/job-activities.ts';
import {
  createReconcileActivities,
  type ReconcileReport,
} from '../../activities/maintenance/reconcile-reservations.ts';
import { CANARY_WORKFLOW, CANARY_WORKFLOW_ID } from '../../domain/work/workflow-names.ts';
import { createDiskAssetStore } from '../../assets/disk-asset-store.ts';
import { listRepairs } from '../../jobs/support/repairs.ts';
import { createTestDatabase, type TestDatabase } from '../harness/test-database.ts';
import { grantCredits } from '../../ledger/grant-credits.ts';
import { callVerbs } from '../ledger/sql-verbs.ts';
import { SUPERSCALE, SUPERSCALE_RULES } from '../harness/superscale.ts';

const ACCOUNT = 'acct_reconcile';
const NOBODY = 'a queue without a worker';

let database: TestDatabase;
let owner: pg.Pool;
let worker: pg.Pool;
let connection: Connection;
let client: Client;

beforeAll(async () => {
  connection = await Connection.connect({ address: inject('temporalAddress') });
  client = new Client({ connection });
});

beforeEach(async () => {
  database = await createTestDatabase();
  owner = new pg.Pool({ connectionString: database.ownerUrl, max: 2 });
  worker = new pg.Pool({ connectionString: database.workerUrl, max: 2 });
  await owner.query(`SELECT ledger.open_account($1, 'reconcile', 'Reconcile')`, [ACCOUNT]);
  await grantCredits(owner, {
    ...{ accountId: ACCOUNT, grantId: 'grant_1', source: 'top_up', priority: 3, reason: 'test' },
    ...{ credits: 10_000, ends: 'never' },
  });
  await client.workflow.start(CANARY_WORKFLOW, {
    workflowId: CANARY_WORKFLOW_ID,
    taskQueue: NOBODY,
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
  return async () => {
    await Promise.all([owner.end(), worker.end()]);
    await database.close();
  };
});

afterAll(async () => {
  await connection.close();
});

/** Reservations without a workflow, as history loss leaves them; `withWorkflow` of them have one that runs. */
async function reserve(count: number, withWorkflow = 0, stem = 'one'): Promise<readonly string[]> {
  const jobIds = Array.from(
    { length: count },
    (_, number) => `job_${database.ownerUrl.slice(-8)}_${stem}_${String(number)}`,
  );
  const items = jobIds.map((jobId) => ({
    ...{ account_id: ACCOUNT, reservation_id: jobId.replace('job_', 'rsv_') },
    ...{ job_id: jobId, amount: 35 },
  }));
  await callVerbs(owner, 'reserve', items);
  for (const jobId of jobIds.slice(0, withWorkflow)) {
    await client.workflow.start(CANARY_WORKFLOW, { workflowId: jobId, taskQueue: NOBODY });
  }
  return jobIds;
}

/** The outputs of one batch; the first `withWorkflow` of them have begun, and run. The batch's own workflow is gone. */
async function reserveBatch(outputs: number, withWorkflow = 0): Promise<void> {
  const stem = database.ownerUrl.slice(-8);
  const items = Array.from({ length: outputs }, (_, index) => ({
    account_id: ACCOUNT,
    reservation_id: `rsv_${stem}_${String(index)}`,
    job_id: `job_${stem}`,
    output_id: `batch_${stem}_${String(index)}`,
    amount: 35,
    return_after_seconds: 900,
  }));
  await callVerbs(owner, 'reserve', items);
  for (const { output_id } of items.slice(0, withWorkflow)) {
    await client.workflow.start(CANARY_WORKFLOW, { workflowId: output_id, taskQueue: NOBODY });
  }
}

async function reconcile(asked = client): Promise<ReconcileReport> {
  const dependencies = {
    database: worker,
    providers: createProviderRegistry([]),
    assets: createDiskAssetStore('/nowhere'),
    heartbeatTimeoutSeconds: 5,
    rules: SUPERSCALE_RULES,
  };
  const { reconcileReservations } = createReconcileActivities({
    database: worker,
    client: asked,
    jobActivities: createJobActivities(dependencies),
    providers: dependencies.providers,
    models: SUPERSCALE.models,
    graceSeconds: 0,
  });
  // Its warnings of reservations that it holds back are expected here.
  const logger = new DefaultLogger('ERROR', () => undefined);
  return new MockActivityEnvironment({}, { logger }).run(reconcileReservations);
}

async function openCount(): Promise<number> {
  const { rows } = await owner.query<{ count: string }>(
    `SELECT count(*) FROM ledger.reservations WHERE state = 'open'`,
  );
  return Number(rows[0]?.count);
}

/** Why what stands in the repair queue stands there. */
async function queued(): Promise<readonly string[]> {
  const filter = { accountId: ACCOUNT, isResolved: false };
  const found = await listRepairs(worker, filter, { after: null, limit: 100 });
  for (const { repair } of found) expect(Date.parse(repair.return_by)).toBeGreaterThan(Date.now());
  return found.map(({ repair }) => repair.why);
}

describe('the reconciler (invariant 6)', () => {
  it('returns the credits of a reservation whose workflow is gone', async () => {
    await reserve(1);
    expect(await reconcile()).toEqual({ looked: 1, released: 1, heldBack: 0, doubt: null });
    expect(await openCount()).toBe(0);
  });

  it('leaves a running workflow alone', async () => {
    await reserve(1, 1);
    expect(await reconcile()).toEqual({ looked: 1, released: 0, heldBack: 0, doubt: null });
    expect(await openCount()).toBe(1);
  });

  it('returns nothing when more than 5 % of a page’s workflows are missing', async () => {
    await reserve(20, 18);
    expect(await reconcile()).toEqual({ looked: 20, released: 0, heldBack: 2, doubt: 'too_many_not_found' });
    expect(await openCount()).toBe(20);
    expect(await queued()).toEqual(['too_many_not_found', 'too_many_not_found']);
  });

  it('returns the credits of one missing workflow of twenty', async () => {
    await reserve(20, 19);
    expect(await reconcile()).toEqual({ looked: 20, released: 1, heldBack: 0, doubt: null });
  });

  it('returns nothing when our own canary is not found: this may be the wrong namespace', async () => {
    await client.workflow.getHandle(CANARY_WORKFLOW_ID).terminate();
    await reserve(1);
    expect(await reconcile()).toEqual({ looked: 1, released: 0, heldBack: 1, doubt: 'canary_not_found' });
    expect(await openCount()).toBe(1);
    // Every finding is settled, or stands where support looks, with the instant at which it returns regardless.
    expect(await queued()).toEqual(['canary_not_found']);
  });

  it('releases what is found closed although the canary is gone, and holds back only what is not found', async () => {
    await client.workflow.getHandle(CANARY_WORKFLOW_ID).terminate();
    const [closed] = await reserve(3, 2);
    await client.workflow.getHandle(closed ?? '').terminate();
    expect(await reconcile()).toEqual({ looked: 3, released: 1, heldBack: 1, doubt: 'canary_not_found' });
    expect(await queued()).toEqual(['canary_not_found']);
  });

  it('releases a terminated job beside two deleted ones; support sees what is held back, and why', async () => {
    const [closed] = await reserve(20, 18);
    await client.workflow.getHandle(closed ?? '').terminate();
    expect(await reconcile()).toEqual({ looked: 20, released: 1, heldBack: 2, doubt: 'too_many_not_found' });
    expect(await queued()).toEqual(['too_many_not_found', 'too_many_not_found']);
  });

  it('skips a workflow whose Describe keeps failing, which is put on the repair queue', async () => {
    const [closed] = await reserve(3, 3);
    await client.workflow.getHandle(closed ?? '').terminate();
    // Temporal refuses an empty id, every time.
    await owner.query(`UPDATE ledger.reservations SET job_id = '' WHERE job_id LIKE '%_2'`);
    expect(await reconcile()).toEqual({ looked: 3, released: 1, heldBack: 1, doubt: null });
    expect(await queued()).toEqual([expect.stringMatching(/^workflow_unreadable: .*workflow ?id/i)]);
    expect(await reconcile()).toMatchObject({ looked: 2, released: 0, heldBack: 1 });
  });

  it('does not queue a running job for one failed Describe, and takes it off the queue once it is found running', async () => {
    const [first, second] = await reserve(3, 3);
    const failing = new Map([
      [first, 1],
      [second, 2],
    ]);
    /** Fails the first Describes of some workflows, as a server in trouble would. */
    const shaky: Client = Object.create(client, {
      workflow: {
        value: {
          getHandle: (workflowId: string) => ({
            describe: () => {
              const left = failing.get(workflowId) ?? 0;
              if (left === 0) return client.workflow.getHandle(workflowId).describe();
              failing.set(workflowId, left - 1);
              return Promise.reject(new Error('a bad moment'));
            },
          }),
        },
      },
    }) as Client;
    expect(await reconcile(shaky)).toMatchObject({ looked: 3, released: 0, heldBack: 1 });
    expect(await queued()).toEqual(['workflow_unreadable: a bad moment']);
    expect(await reconcile()).toEqual({ looked: 3, released: 0, heldBack: 0, doubt: null });
    expect(await queued()).toEqual([]);
  });

  it('skips a batch that fills a page and whose one Describe keeps failing', async () => {
    await reserveBatch(100);
    const [closed] = await reserve(1, 1);
    await client.workflow.getHandle(closed ?? '').terminate();
    await owner.query(`UPDATE ledger.reservations SET job_id = '' WHERE output_id IS NOT NULL`);
    expect(await reconcile()).toEqual({ looked: 101, released: 1, heldBack: 100, doubt: null });
  });

  it('releases overdue reservations on every page while Temporal does not respond', async () => {
    await reserve(150);
    await database.setClock(new Date(Date.now() + 961_000));
    await reserve(5, 0, 'later');
    const away = new Client({ connection: Connection.lazy({ address: '127.0.0.1:1' }) });
    expect(await reconcile(away)).toMatchObject({ looked: 155, released: 150, heldBack: 0 });
    expect(await openCount()).toBe(5);
    // Nothing is known of these five that support could look at.
    expect(await queued()).toEqual([]);
  });

  it('releases what is 60 s past its return_by, whatever Temporal says', async () => {
    await reserve(3, 1);
    await client.workflow.getHandle(CANARY_WORKFLOW_ID).terminate();
    await database.setClock(new Date(Date.now() + 961_000));
    expect(await reconcile()).toEqual({ looked: 3, released: 3, heldBack: 0, doubt: null });
    expect(await openCount()).toBe(0);
  });

  it('leaves a reservation less than 60 s past its return_by to its workflow', async () => {
    await reserve(1, 1);
    await database.setClock(new Date(Date.now() + 950_000));
    expect(await reconcile()).toEqual({ looked: 1, released: 0, heldBack: 0, doubt: null });
  });

  it('releases what a missing batch has not begun, and leaves its running outputs: one workflow is missing, not eighteen', async () => {
    await reserveBatch(20, 2);
    expect(await reconcile()).toEqual({ looked: 20, released: 18, heldBack: 0, doubt: null });
    expect(await openCount()).toBe(2);
  });

  it('leaves what a running batch has not begun to the batch', async () => {
    await reserveBatch(20);
    await client.workflow.start(CANARY_WORKFLOW, {
      workflowId: `job_${database.ownerUrl.slice(-8)}`,
      taskQueue: NOBODY,
    });
    expect(await reconcile()).toEqual({ looked: 20, released: 0, heldBack: 0, doubt: null });
  });
});
