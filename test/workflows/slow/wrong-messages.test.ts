import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Payload } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CreditMaintenance } from '../../../activities/maintenance/maintain-credits.ts';
import type { ReconcileActivities } from '../../../activities/maintenance/reconcile-reservations.ts';
import type { AssetSweepActivities } from '../../../activities/maintenance/sweep-assets.ts';
import { openAccount } from '../../../ledger/open-account.ts';
import { SUPERSCALE } from '../../harness/superscale.ts';
import { startScriptedService, type ScriptedService } from '../../harness/scripted-service.ts';
import {
  createWorkflowFixture,
  warnings,
  type RunningWorker,
  type WorkflowFixture,
} from '../workflow-fixture.ts';

const NAMESPACE = 'default';
/** temporal.api.enums.v1.UpdateWorkflowExecutionLifecycleStage.COMPLETED, EventType.WORKFLOW_TASK_FAILED and _TIMED_OUT. */
const COMPLETED = 3;
const TASK_FAILED = 9;
const TASK_TIMED_OUT = 8;

const bytes = (text: string) => Buffer.from(text, 'utf8');
const encoded = (encoding: string, data: string): Payload => ({
  metadata: { encoding: bytes(encoding) },
  data: bytes(data),
});
const json = (value: unknown) => encoded('json/plain', JSON.stringify(value));

/** Values that no handler expects: as the buttons of Temporal UI send it, and as another SDK, another codec or a broken client would. */
const WRONG: Readonly<Record<string, readonly Payload[]>> = {
  nothing: [],
  null: [json(null)],
  'a text': [json('release')],
  'an empty text': [json('')],
  'a number': [json(7)],
  'a truth': [json(true)],
  'an array': [json([{ by: 'customer' }])],
  'an empty object': [json({})],
  'fields of another kind': [
    json({ by: 1, command: {}, actor: [], reason: null, until: 7, from_attempt: -1, outcome: 'maybe' }),
  ],
  'a prototype': [encoded('json/plain', '{"__proto__": {"by": "customer"}, "constructor": 1}')],
  'a reason of nothing to see': [json({ actor: 'a', reason: '\u200b', until: '2999-01-01T00:00:00Z' })],
  'a text that PostgreSQL cannot store': [json({ actor: 'a\u0000', reason: '\ud800', outcome: 'ran' })],
  'a time that only JavaScript reads': [
    json({ actor: 'a', reason: 'r', until: '+275760-09-13T00:00:00Z', command: 'extend', returnBy: 'soon' }),
  ],
  'a command that there is not': [json({ command: 'toString', by: 'nobody' })],
  'more arguments than one': [json({ by: 'customer' }), json({ by: 'customer' })],
  'a null of another encoding': [{ metadata: { encoding: bytes('binary/null') } }],
  'binary data': [encoded('binary/plain', '{"by": "customer"}')],
  'an unknown encoding': [encoded('binary/encrypted', 'secret')],
  'a protobuf': [encoded('json/protobuf', '{}')],
  'JSON that is cut short': [encoded('json/plain', '{"by": "cust')],
  'no data': [{ metadata: { encoding: bytes('json/plain') } }],
  'no encoding': [{ data: bytes('{"by": "customer"}') }],
};

type BesideJobs = keyof (ReconcileActivities & AssetSweepActivities & CreditMaintenance);

/** Stands for the activities of the workflows on schedules: they find nothing to do, and not at once. */
const nothingToDo = () => sleep(2_000, { counts: {}, next: null });
const BESIDE_JOBS: object = {
  reconcileReservations: nothingToDo,
  stopQueuedAttempts: nothingToDo,
  refuseUnservedStarts: nothingToDo,
  sweepAssetSections: nothingToDo,
  renewDuePlans: nothingToDo,
  sweepExpiredCredits: nothingToDo,
} satisfies Record<BesideJobs, typeof nothingToDo>;

/** What is right with nothing in it. */
const TAKES_NOTHING = ['admit', 'status'];

let fixture: WorkflowFixture;
let service: ScriptedService;
let worker: RunningWorker;
beforeAll(async () => {
  fixture = await createWorkflowFixture();
  service = await startScriptedService((call) => {
    if (call.name === 'submit') call.answer(201, { id: call.about });
    if (call.name === 'poll') call.answer(200, { id: call.about, status: 'processing' });
    if (call.name === 'cancel') call.answer(200);
  });
  worker = await fixture.startWorker(service.url, { failing: () => BESIDE_JOBS });
});
afterAll(async () => {
  await service.close();
  await worker.stop();
  await fixture.close();
});

const workflowOf = (workflowId: string) => fixture.temporal.workflow.getHandle(workflowId);

async function signal(workflowId: string, signalName: string, payloads: readonly Payload[]): Promise<void> {
  await fixture.temporal.workflowService.signalWorkflowExecution({
    ...{ namespace: NAMESPACE, workflowExecution: { workflowId }, signalName, requestId: randomUUID() },
    input: { payloads: [...payloads] },
  });
}

/** How the update was refused; null when it was done. */
async function update(workflowId: string, name: string, payloads: readonly Payload[]) {
  const { outcome } = await fixture.temporal.workflowService.updateWorkflowExecution({
    ...{ namespace: NAMESPACE, workflowExecution: { workflowId } },
    waitPolicy: { lifecycleStage: COMPLETED as never },
    request: { meta: { updateId: randomUUID() }, input: { name, args: { payloads: [...payloads] } } },
  });
  return outcome?.failure ?? null;
}

async function query(workflowId: string, queryType: string, payloads: readonly Payload[]): Promise<void> {
  await fixture.temporal.workflowService.queryWorkflow({
    ...{ namespace: NAMESPACE, execution: { workflowId } },
    query: { queryType, queryArgs: { payloads: [...payloads] } },
  });
}

type Definitions = readonly { readonly name: string }[];
type Metadata = {
  readonly definition: Readonly<
    Record<'queryDefinitions' | 'signalDefinitions' | 'updateDefinitions', Definitions>
  >;
};

/** The handlers that a workflow has at this moment, as Temporal UI finds them. */
async function handlersOf(workflowId: string) {
  const { definition } = await workflowOf(workflowId).query<Metadata>('__temporal_workflow_metadata');
  const own = (definitions: Definitions) =>
    definitions.map(({ name }) => name).filter((name) => !name.startsWith('__'));
  return {
    signals: own(definition.signalDefinitions),
    updates: own(definition.updateDefinitions),
    queries: own(definition.queryDefinitions),
  };
}

async function failedTasksOf(workflowId: string): Promise<number> {
  const { events } = await workflowOf(workflowId).fetchHistory();
  return (events ?? []).filter(({ eventType }) => [TASK_FAILED, TASK_TIMED_OUT].includes(eventType as number))
    .length;
}

async function start(key: string, outputs: number): Promise<string> {
  const job = worker.jobOf(`${key} ${randomUUID()}`);
  const request = { kind: 'static_ad', brief: { headline: 'asked' }, variations: outputs } as const;
  expect(await worker.client.start({ ...job, request })).toMatchObject({ outcome: 'reserved' });
  return job.jobId;
}

/** Every handler of a workflow, with everything that is wrong; what was refused, and why. */
async function sendAllThatIsWrong(workflowId: string): Promise<readonly string[]> {
  const handlers = await handlersOf(workflowId);
  const answered: string[] = [];
  for (const [what, payloads] of Object.entries(WRONG)) {
    const isWrongFor = (name: string) => !(TAKES_NOTHING.includes(name) && payloads.length === 0);
    for (const name of handlers.signals) await signal(workflowId, name, payloads);
    for (const name of handlers.updates.filter(isWrongFor)) {
      const refused = await update(workflowId, name, payloads);
      expect(refused?.applicationFailureInfo?.type, `${name}: ${what}`).toBe('invalid_request');
      expect(refused?.message, `${name}: ${what}`).toMatch(/ is |expected|there is no field/);
    }
    for (const name of handlers.queries.filter(isWrongFor)) {
      await expect(query(workflowId, name, payloads), `${name}: ${what}`).rejects.toThrow(/expected/);
    }
    answered.push(what);
  }
  return answered;
}

const ignored = (workflowId: string) =>
  warnings.filter(
    ({ message, meta }) =>
      message === 'an unexpected signal was ignored' && meta?.['workflowId'] === workflowId,
  );

describe('an unexpected message to a workflow', () => {
  it(
    'is ignored as a signal, refused as an update, an error as a query: of a job',
    { timeout: 60_000 },
    async () => {
      const jobId = await start('walk', 1);
      await service.untilCalled('poll');
      const handlers = await handlersOf(jobId);
      expect(handlers).toEqual({
        signals: expect.arrayContaining(['cancel', 'command_applied']),
        updates: expect.arrayContaining(['admit', 'release', 'extend', 'restart', 'resolve']),
        queries: ['status'],
      });
      expect(await sendAllThatIsWrong(jobId)).toHaveLength(Object.keys(WRONG).length);
      await query(jobId, 'status', []);
      expect(ignored(jobId).length).toBeGreaterThanOrEqual(
        handlers.signals.length * Object.keys(WRONG).length,
      );
      expect(await failedTasksOf(jobId)).toBe(0);

      // It goes on, and takes what is right.
      await signal(jobId, 'cancel', [json({ by: 'customer' })]);
      await workflowOf(jobId).cancel();
      await expect(workflowOf(jobId).result()).rejects.toThrow();
      const { rows } = await fixture.owner.query('SELECT state, failure FROM jobs.jobs WHERE job_id = $1', [
        jobId,
      ]);
      expect(rows).toMatchObject([
        { state: 'canceled', failure: { code: 'canceled', at_fault: 'customer' } },
      ]);
    },
  );

  it(
    'is ignored, refused or an error likewise: of a batch and of its outputs',
    { timeout: 60_000 },
    async () => {
      const jobId = await start('walk a batch', 2);
      const outputId = jobId.replace('job_', 'out_').concat('_0');
      while (
        (await workflowOf(outputId)
          .query<{ attempts: unknown[] }>('status')
          .catch(() => null)) === null
      )
        await sleep(50);
      expect((await handlersOf(jobId)).signals).toEqual(['cancel']);
      await sendAllThatIsWrong(jobId);
      await sendAllThatIsWrong(outputId);
      expect(await failedTasksOf(jobId)).toBe(0);
      expect(await failedTasksOf(outputId)).toBe(0);
      await signal(jobId, 'cancel', [json({ by: 'customer' })]);
      await workflowOf(jobId).cancel();
      expect(await workflowOf(jobId).result()).toMatchObject({ outcome: 'canceled', canceled: 2 });
    },
  );

  it('of an unknown name changes nothing', async () => {
    const jobId = await start('no such name', 1);
    await signal(jobId, 'no such signal', WRONG['an unknown encoding'] ?? []);
    expect(await update(jobId, 'no such update', [])).not.toBeNull();
    await expect(query(jobId, 'no such query', [])).rejects.toThrow();
    expect(await failedTasksOf(jobId)).toBe(0);
    await workflowOf(jobId).cancel();
    await expect(workflowOf(jobId).result()).rejects.toThrow();
  });
});

describe('a workflow with an unexpected start argument', () => {
  const exported = [
    ...readFileSync(new URL('../../../workflows/index.ts', import.meta.url), 'utf8').matchAll(
      /export \{ (\w+) \}/g,
    ),
  ].map(([, name]) => name ?? '');
  const WITH_ARGUMENT = ['batch', 'generation', 'advanceClock'];

  it('fails with the reason, if it takes an argument', { timeout: 60_000 }, async () => {
    const started = WITH_ARGUMENT.flatMap((type) =>
      Object.entries(WRONG)
        .filter(([what]) => what !== 'more arguments than one')
        .map(([what, payloads]) => ({ type, what, payloads, workflowId: `wrong ${type} ${randomUUID()}` })),
    );
    for (const { type, payloads, workflowId } of started) {
      await fixture.temporal.workflowService.startWorkflowExecution({
        ...{ namespace: NAMESPACE, workflowId, workflowType: { name: type }, requestId: randomUUID() },
        ...{ taskQueue: { name: worker.taskQueue }, input: { payloads: [...payloads] } },
      });
    }
    for (const { type, what, workflowId } of started) {
      await expect(workflowOf(workflowId).result(), `${type}: ${what}`).rejects.toMatchObject({
        cause: {
          type: 'invalid_request',
          message: expect.stringContaining('it cannot be started so') as string,
        },
      });
    }
  });

  it('reserves nothing by hand for another number of outputs, an account that is not there, or what is no kind', async () => {
    const request = { kind: 'static_ad', brief: { headline: 'by hand' } };
    const asked = (other: object) => ({
      ...{ accountId: fixture.accountId, jobId: worker.jobOf(randomUUID()).jobId, request, outputCount: 1 },
      ...{ fingerprint: 'by hand', admitBy: new Date(Date.now() + 60_000).toISOString(), ...other },
    });
    const several = { ...request, variations: 3 };
    const startByHand = (type: string, other: object) =>
      fixture.temporal.workflow.execute(type, {
        ...{ workflowId: `by hand ${randomUUID()}`, taskQueue: worker.taskQueue, args: [asked(other)] },
      });
    const before = await fixture.balance();
    for (const [type, other] of [
      ['generation', { outputCount: 3, request: several }],
      ['batch', { outputCount: 1 }],
    ] as const) {
      await expect(startByHand(type, other)).rejects.toMatchObject({ cause: { type: 'invalid_request' } });
    }
    for (const [type, other, reason] of [
      ['generation', { request: several }, 'invalid_request'],
      ['batch', { outputCount: 500, request: several }, 'invalid_request'],
      ['generation', { request: { kind: 'constructor' } }, 'invalid_request'],
      ['generation', { request: { kind: 'free_retry', review_id: 'rev_forged' } }, 'invalid_request'],
      ['generation', { accountId: 'acct_absent' }, 'account_not_found'],
    ] as const) {
      const result = await startByHand(type, other);
      expect(result).toMatchObject({ outcome: 'refused', credits: 0, admission: { reason } });
    }
    expect(await fixture.balance()).toEqual(before);
  });

  it('shares no reference at the provider with the job of another account whose id it was given', async () => {
    const jobId = await start('of one account', 1);
    const { accountId } = await openAccount(fixture.worker, SUPERSCALE.grants, {
      ...{ name: 'Another', reference: randomUUID() },
    });
    const byHand = await fixture.temporal.workflow.start('generation', {
      ...{ workflowId: `by hand ${randomUUID()}`, taskQueue: worker.taskQueue },
      args: [
        {
          ...{
            accountId,
            jobId,
            request: { kind: 'static_ad', brief: { headline: 'by hand' } },
            outputCount: 1,
          },
          ...{ fingerprint: 'by hand', admitBy: new Date(Date.now() + 60_000).toISOString() },
        },
      ],
    });
    const submitted = () =>
      service
        .calls('submit')
        .flatMap(({ about }) => (about.startsWith(jobId.replace('job_', 'att_')) ? [about] : []));
    await expect.poll(submitted, { timeout: 20_000 }).toHaveLength(2);
    expect(new Set(submitted()).size).toBe(2);
    for (const one of [workflowOf(jobId), byHand]) {
      await one.cancel();
      await expect(one.result()).rejects.toThrow();
    }
  });

  it('has no handler, if it takes none', async () => {
    const others = exported.filter((type) => !WITH_ARGUMENT.includes(type));
    expect(others.length).toBeGreaterThan(0);
    for (const type of others) {
      const workflowId = `handlers of ${type} ${randomUUID()}`;
      const handle = await fixture.temporal.workflow.start(type, { workflowId, taskQueue: worker.taskQueue });
      expect(await handlersOf(workflowId), type).toEqual({ signals: [], updates: [], queries: [] });
      for (const payloads of Object.values(WRONG)) await signal(workflowId, 'anything', payloads);
      expect(await failedTasksOf(workflowId), type).toBe(0);
      await handle.terminate();
    }
  });
});
