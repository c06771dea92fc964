import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createCreditMaintenance } from '../../activities/maintenance/maintain-credits.ts';
import { CREDIT_MAINTENANCE_WORKFLOW } from '../../domain/work/workflow-names.ts';
import { bundleWorkflows } from '../../dev/stack/workflow-bundle.ts';
import { createPlanFixture, START, type PlanFixture } from '../activities/plan-fixture.ts';
import { SUPERSCALE_PLAN_RULES } from '../harness/superscale.ts';

const TASK_QUEUE = 'credit-maintenance-test';
const FIRST_END = new Date('2026-02-28T09:00:00Z');

let fixture: PlanFixture;
let connection: Connection;
let native: NativeConnection;
let client: Client;
let worker: Worker;
let running: Promise<void>;
let runs = 0;

beforeAll(async () => {
  // A step that fails is the subject of a test and no news.
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined), shutdownSignals: [] });
  fixture = await createPlanFixture();
  const address = inject('temporalAddress');
  connection = await Connection.connect({ address });
  native = await NativeConnection.connect({ address });
  client = new Client({ connection });
  worker = await Worker.create({
    connection: native,
    taskQueue: TASK_QUEUE,
    workflowBundle: { codePath: await bundleWorkflows() },
    activities: {
      ...createCreditMaintenance(fixture.worker, SUPERSCALE_PLAN_RULES),
      advanceMovedClocks: () => Promise.resolve(),
    },
  });
  running = worker.run();
});
afterAll(async () => {
  worker.shutdown();
  await running;
  await Promise.all([connection.close(), native.close()]);
  await fixture.close();
});

function runMaintenance(): Promise<unknown> {
  return client.workflow.execute(CREDIT_MAINTENANCE_WORKFLOW, {
    workflowId: `credit-maintenance-test-${String(++runs)}`,
    taskQueue: TASK_QUEUE,
  });
}

describe('a run of the credit maintenance', () => {
  it('renews due plans and sweeps expired credits, and returns the counts', async () => {
    await fixture.setClock(START);
    const renewing = await fixture.subscribe('automatic');
    const ending = await fixture.subscribe('by call', 'by_call');
    expect(await runMaintenance()).toEqual({ renewals: {}, expiries: {} });

    await fixture.setClock(FIRST_END);
    expect(await runMaintenance()).toEqual({ renewals: { renewed: 1 }, expiries: { swept: 1 } });
    expect(await fixture.planGrants(renewing)).toHaveLength(2);
    expect(await fixture.planGrants(ending)).toEqual([{ amount: 4_000, available: 0, expired: 4_000 }]);
    expect(await runMaintenance()).toEqual({ renewals: {}, expiries: {} });
    await fixture.expectReconciled();
  });

  it('works through more accounts than one step takes', async () => {
    await fixture.setClock(START);
    await fixture.owner.query(`
      SELECT ledger.open_account('acct_' || n, 'r' || n, 'n' || n) FROM generate_series(1, 2050) n;
      SELECT ledger.grant_credits('acct_' || n, 'g', 'trial', 2, 3000, NULL, '60 seconds', 'test', NULL, NULL)
      FROM generate_series(1, 2050) n`);
    await fixture.setClock(new Date(START.getTime() + 60_000));
    expect(await runMaintenance()).toEqual({ renewals: {}, expiries: { swept: 2_050 } });
    await fixture.expectReconciled();
  });

  it('sweeps all the same when every renewal fails, and the run fails visibly', async () => {
    await fixture.setClock(START);
    const account = await fixture.subscribe('swept in spite', 'by_call');
    await fixture.setClock(FIRST_END);
    await fixture.owner.query('REVOKE EXECUTE ON FUNCTION ledger.read_due_plans FROM holdfast_worker');
    await expect(runMaintenance()).rejects.toThrow('Workflow execution failed');
    await fixture.owner.query('GRANT EXECUTE ON FUNCTION ledger.read_due_plans TO holdfast_worker');
    expect(await fixture.planGrants(account)).toMatchObject([{ expired: 4_000 }]);
  });
});
