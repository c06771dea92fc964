import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { readFileSync } from 'node:fs';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test as plainTest } from 'vitest';
import { createSupportWorkflows, type SupportWorkflows } from '../../client/support-workflow.ts';
import { createSendSupportCommand, type SendSupportCommand } from '../../api/support/send-support-command.ts';
import { attemptReferenceOf, outputIdOf } from '../../domain/ids.ts';
import type { SupportBody, SupportCommand } from '../../contract/support-command.ts';
import { applySupportCommand } from '../../jobs/support/apply-support-command.ts';
import { readJob } from '../../jobs/reads/read-job.ts';
import type { Database } from '../../ledger/database.ts';
import { openAccount } from '../../ledger/open-account.ts';
import { commandAppliedSignal, statusQuery } from '../../contract/workflow-messages.ts';
import { startScriptedService, type ScriptedService, type ServiceCall } from '../harness/scripted-service.ts';
import {
  createWorkflowFixture,
  type RunningWorker,
  type WorkerBuild,
  type WorkflowFixture,
} from './workflow-fixture.ts';
import { SUPERSCALE_GRANTS } from '../harness/superscale.ts';

const PICTURE = readFileSync(new URL('../../model-service/prepared/picture.png', import.meta.url));
const DEADLINE_SECONDS = 5;

const STATE_POLL_MS = 20;

let fixture: WorkflowFixture;
let workflows: SupportWorkflows;
let send: SendSupportCommand;
beforeAll(async () => {
  fixture = await createWorkflowFixture();
  workflows = createSupportWorkflows(fixture.temporal);
  send = createSendSupportCommand({
    database: fixture.worker,
    supportWorkflows: workflows,
    grants: SUPERSCALE_GRANTS,
  });
});
afterAll(() => fixture.close());

/** The tests run side by side: each has an account, a model service and a worker of its own. */
type Scene = {
  readonly service: ScriptedService;
  readonly balance: () => ReturnType<WorkflowFixture['balance']>;
  readonly start: (deadlineSeconds?: number) => Promise<Job>;
  /** In the place of the one that the scene has. */
  readonly startWorker: (failing?: WorkerBuild['failing']) => Promise<void>;
  worker: RunningWorker;
  /** How the service responds, told by each test: of a poll, by the prediction's id. */
  statusOf: (id: string) => object;
  answerLookup: (call: ServiceCall) => void;
  answerSubmit: (call: ServiceCall) => void;
};

type Job = RunningJob & {
  readonly service: ScriptedService;
  readonly outputId: string;
  readonly attempt: (number: number) => string;
};
type RunningJob = ReturnType<RunningWorker['jobOf']>;

async function createScene(): Promise<Scene> {
  const { accountId } = await openAccount(fixture.worker, SUPERSCALE_GRANTS, {
    name: 'Test',
    reference: randomUUID(),
  });
  const service = await startScriptedService((call) => {
    if (call.name === 'submit') scene.answerSubmit(call);
    if (call.name === 'lookup') scene.answerLookup(call);
    if (call.name === 'cancel') call.answer(200);
    if (call.name === 'poll') call.answer(200, scene.statusOf(call.about));
    if (call.name === 'file') call.answer(200, PICTURE);
  });
  const startWorker = (failing: WorkerBuild['failing'] = () => ({})) =>
    fixture.startWorker(service.url, { accountId, failing });
  const scene: Scene = {
    service,
    worker: await startWorker(),
    balance: () => fixture.balance(accountId),
    start: (deadlineSeconds) => start(scene, deadlineSeconds),
    async startWorker(failing) {
      scene.worker = await startWorker(failing);
    },
    statusOf: (id) => ({ id, status: 'processing' }),
    answerSubmit: (call) => {
      call.answer(201, { id: call.about });
    },
    answerLookup: (call) => {
      call.answer(200, { data: [] });
    },
  };
  return scene;
}

const test = plainTest.extend<{ scene: Scene }>({
  // vitest reads from the pattern which fixtures this one needs: none.
  scene: async ({}, use) => {
    const scene = await createScene();
    await use(scene);
    await scene.service.close();
    await scene.worker.stop();
  },
});

const succeededAt =
  ({ service }: Scene) =>
  (id: string) => ({
    id,
    status: 'succeeded',
    output: [{ url: `${service.url}/picture`, content_type: 'image/png', bytes: PICTURE.length }],
  });

async function start({ worker, service }: Scene, deadlineSeconds = 900): Promise<Job> {
  const job = worker.jobOf(randomUUID());
  const request = {
    kind: 'static_ad',
    brief: { headline: 'supported' },
    ...(deadlineSeconds === 900 ? {} : { deadline_seconds: deadlineSeconds }),
  } as const;
  expect(await worker.client.start({ ...job, request })).toMatchObject({ outcome: 'reserved' });
  const outputId = outputIdOf(job.jobId, 0);
  return {
    ...job,
    service,
    outputId,
    attempt: (number: number) => attemptReferenceOf({ ...job, outputId, stage: 'render', number }),
  };
}

/** The command that is sent; the reason is the same in all of them. */
type Ask = {
  [Name in SupportBody['command']]: Omit<Extract<SupportBody, { command: Name }>, 'reason'>;
}[SupportBody['command']];
const commandOf = (job: Job, ask: Ask, key: string = randomUUID()): SupportCommand => ({
  ...ask,
  ...{ job_id: job.jobId, key, actor: 'test', reason: 'r' },
});

/** As the API does it: PostgreSQL, then the workflow. */
async function api(job: Job, ask: Ask, key?: string, sending: SendSupportCommand = send) {
  const stored = await readJob(fixture.worker, job.accountId, job.jobId);
  if (stored === null) throw new Error('no job');
  return sending(job.accountId, stored, commandOf(job, ask, key));
}

/** PostgreSQL alone: the API died before it could tell the workflow. */
const untold = async (job: Job, ask: Ask) =>
  (
    await applySupportCommand(
      { database: fixture.worker, grants: SUPERSCALE_GRANTS },
      job.accountId,
      commandOf(job, ask),
      { isRunning: true },
    )
  ).answer;

const statesOf = async (job: Job) =>
  (
    await fixture.owner.query<{ state: string }>(
      'SELECT state FROM jobs.attempts WHERE job_id = $1 ORDER BY number',
      [job.jobId],
    )
  ).rows.map(({ state }) => state);
const untilState = async (job: Job, number: number, state: string) => {
  while ((await statesOf(job))[number - 1] !== state) await sleep(STATE_POLL_MS);
};
const submissions = ({ service }: Job) => service.calls('submit').map((call) => call.about);
const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString();

describe.concurrent('a restart', () => {
  test('and the late answer of the old attempt: the result is kept, the new one is charged, each row is submitted once', async ({
    scene,
  }) => {
    const job = await scene.start();
    await untilState(job, 1, 'accepted');
    // The old one finishes in the moment of the restart, before it can be stopped.
    const before = await scene.balance();
    expect(await untold(job, { command: 'restart', from_attempt: 1 })).toMatchObject({ outcome: 'done' });
    scene.statusOf = succeededAt(scene);
    expect(await scene.worker.client.wait(job)).toMatchObject({ outcome: 'succeeded', credits: 35 });
    expect(await statesOf(job)).toEqual(['replaced', 'collected']);
    expect(submissions(job)).toEqual([job.attempt(1), job.attempt(2)]);
    expect((await scene.balance()).spent).toBe(before.spent + 35);
    const { rows } = await fixture.owner.query(
      'SELECT sha256 IS NOT NULL AS kept FROM jobs.attempts WHERE job_id = $1 ORDER BY number',
      [job.jobId],
    );
    expect(rows).toEqual([{ kept: true }, { kept: true }]);
  });

  test('that its workflow was not told of is found when the old attempt fails', async ({ scene }) => {
    const job = await scene.start();
    await untilState(job, 1, 'accepted');
    await untold(job, { command: 'restart', from_attempt: 1 });
    scene.statusOf = (id) =>
      id === job.attempt(1)
        ? { id, status: 'failed', error: { code: 'x', message: 'x' } }
        : succeededAt(scene)(id);
    expect(await scene.worker.client.wait(job)).toMatchObject({ outcome: 'succeeded', credits: 35 });
    expect(submissions(job)).toEqual([job.attempt(1), job.attempt(2)]);
  });

  test('holds when the worker of the old attempt dies at that moment: the server calls it a timeout', async ({
    scene,
  }) => {
    await scene.worker.stop();
    await scene.startWorker(({ runAttempt }) => ({
      runAttempt: async (attempt) => {
        if (attempt.number > 1) return runAttempt(attempt);
        return runAttempt(attempt).catch(() => {
          throw new Error('as after a heartbeat timeout');
        });
      },
    }));
    const job = await scene.start();
    await untilState(job, 1, 'accepted');
    await api(job, { command: 'restart', from_attempt: 1 });
    scene.statusOf = succeededAt(scene);
    expect(await scene.worker.client.wait(job)).toMatchObject({ outcome: 'succeeded', credits: 35 });
    expect(submissions(job)).toEqual([job.attempt(1), job.attempt(2)]);
  });

  test('after the attempt has failed is refused, and the job ends as it failed', async ({ scene }) => {
    const job = await scene.start();
    await untilState(job, 1, 'accepted');
    scene.statusOf = (id) => ({ id, status: 'failed', error: { code: 'x', message: 'x' } });
    await untilState(job, 1, 'failed');
    expect(await untold(job, { command: 'restart', from_attempt: 1 })).toMatchObject({ outcome: 'refused' });
    expect(await scene.worker.client.wait(job)).toMatchObject({ outcome: 'failed', code: 'provider_failed' });
    expect(submissions(job)).toEqual([job.attempt(1)]);
  });

  test('stops the old attempt alone, also when told twice, and restarts as often as asked', async ({
    scene,
  }) => {
    const job = await scene.start();
    for (const number of [1, 2, 3, 4]) {
      await untilState(job, number, 'accepted');
      await api(job, { command: 'restart', from_attempt: number }, `restart ${String(number)}`);
      await api(job, { command: 'restart', from_attempt: number }, `restart ${String(number)}`);
      await scene.service.untilCalled('cancel', number);
    }
    await untilState(job, 5, 'accepted');
    scene.statusOf = succeededAt(scene);
    expect(await scene.worker.client.wait(job)).toMatchObject({ outcome: 'succeeded', credits: 35 });
    expect(scene.service.calls('cancel').map((call) => call.about)).toEqual([1, 2, 3, 4].map(job.attempt));
    expect(submissions(job)).toEqual([1, 2, 3, 4, 5].map(job.attempt));
  });

  test('has its own limit of attempts', async ({ scene }) => {
    const job = await scene.start();
    await untilState(job, 1, 'accepted');
    scene.answerSubmit = (call) =>
      call.answer(503, { error: { code: 'failed_before_start', message: 'full' } });
    await api(job, { command: 'restart', from_attempt: 1 });
    expect(await scene.worker.client.wait(job)).toMatchObject({
      outcome: 'failed',
      code: 'provider_rejected',
    });
    expect(submissions(job)).toHaveLength(1 + 3);
  });
});

describe.concurrent('an extension', () => {
  test('that its workflow was not told of holds: nothing is stopped at the old deadline', async ({
    scene,
  }) => {
    const job = await scene.start(DEADLINE_SECONDS);
    await untilState(job, 1, 'accepted');
    expect(await untold(job, { command: 'extend', until: inSeconds(60) })).toMatchObject({ outcome: 'done' });
    await sleep((DEADLINE_SECONDS + 2) * 1_000);
    expect(scene.service.calls('cancel')).toEqual([]);
    scene.statusOf = succeededAt(scene);
    expect(await scene.worker.client.wait(job)).toMatchObject({ outcome: 'succeeded', credits: 35 });
    expect(submissions(job)).toEqual([job.attempt(1)]);
  });

  test('told twice, and after it an earlier one, leaves the later instant', async ({ scene }) => {
    const job = await scene.start(DEADLINE_SECONDS);
    await untilState(job, 1, 'accepted');
    const soon = inSeconds(DEADLINE_SECONDS + 1);
    await api(job, { command: 'extend', until: soon }, 'soon');
    await api(job, { command: 'extend', until: inSeconds(60) }, 'later');
    expect(await api(job, { command: 'extend', until: soon }, 'soon')).toEqual({ isReplay: true });
    await sleep((DEADLINE_SECONDS + 2) * 1_000);
    expect(scene.service.calls('cancel')).toEqual([]);
    await api(job, { command: 'release' });
    expect(await scene.worker.client.wait(job)).toMatchObject({ outcome: 'failed', code: 'terminated' });
    expect(scene.service.calls('cancel')).toHaveLength(1);
  });
});

/** The local activities that the workflow has run so far. */
async function localActivitiesOf(job: Job): Promise<number> {
  const { events } = await fixture.temporal.workflow.getHandle(job.jobId).fetchHistory();
  return (events ?? []).filter(({ markerRecordedEventAttributes: marker }) => Boolean(marker)).length;
}

describe.concurrent('an extension while an outcome is unknown', () => {
  test('that becomes known at the old deadline: the failure at the new one is run_deadline, not outcome_unknown', async ({
    scene,
  }) => {
    await scene.worker.stop();
    scene.answerSubmit = (call) => call.answer(500);
    scene.answerLookup = (call) => call.answer(503);
    await scene.startWorker(({ stopAttempts }) => ({
      stopAttempts: async (accountId, outputId, why) => {
        // As the look-up that finds it in this very moment.
        await fixture.owner.query(
          `UPDATE jobs.attempts SET state = 'accepted', provider_job_id = reference WHERE account_id = $1 AND state = 'unknown'`,
          [accountId],
        );
        return stopAttempts(accountId, outputId, why);
      },
    }));
    const job = await scene.start(DEADLINE_SECONDS);
    await untilState(job, 1, 'unknown');
    await untold(job, { command: 'extend', until: inSeconds(2 * DEADLINE_SECONDS + 2) });
    await untilState(job, 1, 'accepted');
    const workflow = fixture.temporal.workflow.getHandle(job.jobId);
    const stateOf = async () => (await workflow.query(statusQuery)).state;
    while ((await stateOf()) === 'stopping') await sleep(STATE_POLL_MS);
    expect(['running', 'stuck']).toContain(await stateOf());
    const { typedSearchAttributes } = await workflow.describe();
    expect(typedSearchAttributes.getAll().map(({ key }) => key.name)).not.toContain('HoldfastUnknownSince');
    expect(await scene.worker.client.wait(job)).toMatchObject({ outcome: 'failed', code: 'run_deadline' });
    expect(submissions(job)).toEqual([job.attempt(1)]);
  });
});

describe.concurrent('a signal that a command was applied, of which nothing is on record', () => {
  test('changes nothing: no release, no second submission, no later deadline', async ({ scene }) => {
    const job = await scene.start();
    await untilState(job, 1, 'accepted');
    const before = await scene.balance();
    const workflow = fixture.temporal.workflow.getHandle(job.jobId);
    const status = await workflow.query(statusQuery);
    const done = await localActivitiesOf(job);
    const commands = ['release', 'refund', 'extend', 'restart', 'resolve'] as const;
    for (const command of commands) await workflow.signal(commandAppliedSignal, { command });
    while ((await localActivitiesOf(job)) < done + commands.length) await sleep(STATE_POLL_MS);
    expect(await statesOf(job)).toEqual(['accepted']);
    expect(submissions(job)).toEqual([job.attempt(1)]);
    expect(scene.service.calls('cancel')).toEqual([]);
    expect(await scene.balance()).toEqual(before);
    const returnBy = Date.parse((await workflow.query(statusQuery)).returnBy);
    expect(Math.abs(returnBy - Date.parse(status.returnBy))).toBeLessThan(2_000);
    const { rows } = await fixture.owner.query(
      'SELECT 1 FROM ledger.operator_actions WHERE account_id = $1',
      [job.accountId],
    );
    expect(rows).toEqual([]);

    await api(job, { command: 'release' });
    expect(await scene.worker.client.wait(job)).toMatchObject({ outcome: 'failed', code: 'terminated' });
  });
});

describe.concurrent('an attempt with an unknown outcome', () => {
  test('is looked up when support says that it ran, and collected', async ({ scene }) => {
    scene.answerSubmit = (call) => call.answer(500);
    scene.answerLookup = (call) => call.answer(503);
    const job = await scene.start();
    await untilState(job, 1, 'unknown');
    await expect(api(job, { command: 'resolve', outcome: 'ran' })).rejects.toMatchObject({
      fields: { reason: 'provider_does_not_say' },
    });
    scene.answerLookup = (call) =>
      call.answer(200, { data: [{ id: 'found', reference: call.about, status: 'processing' }] });
    scene.statusOf = succeededAt(scene);
    await api(job, { command: 'resolve', outcome: 'ran' }).catch((error: unknown) => {
      // The job's own look-up may have been quicker.
      expect(error).toMatchObject({ fields: { reason: expect.stringMatching(/attempt_known|job_ended/) } });
    });
    expect(await scene.worker.client.wait(job)).toMatchObject({ outcome: 'succeeded', credits: 35 });
    expect(submissions(job)).toEqual([job.attempt(1)]);
  });

  test('is resolved in two trips: PostgreSQL names the workflow, and that one asks the provider, once', async ({
    scene,
  }) => {
    scene.answerSubmit = (call) => call.answer(500);
    scene.answerLookup = (call) => call.answer(503);
    const job = await scene.start();
    await untilState(job, 1, 'unknown');
    const trips: string[] = [];
    const database: Database = fixture.worker;
    const sending = createSendSupportCommand({
      grants: SUPERSCALE_GRANTS,
      database: {
        query: (statement) => {
          trips.push(`PostgreSQL: ${statement.name}`);
          return database.query(statement);
        },
      },
      supportWorkflows: {
        isRunning: (workflowId) => {
          trips.push('Temporal: describe');
          return workflows.isRunning(workflowId);
        },
        tell: (workflowId, command) => {
          trips.push('Temporal: signal');
          return workflows.tell(workflowId, command);
        },
        resolve: (workflowId, updateId, command) => {
          trips.push('Temporal: update');
          return workflows.resolve(workflowId, updateId, command);
        },
      },
    });
    expect(await api(job, { command: 'resolve', outcome: 'did_not_run', attempt: 1 }, 'k', sending)).toEqual({
      isReplay: false,
    });
    expect(trips).toEqual(['PostgreSQL: jobs.apply_command', 'Temporal: update']);
    expect((await statesOf(job))[0]).toBe('rejected');
    // The same again is told the same, by PostgreSQL alone.
    trips.length = 0;
    expect(await api(job, { command: 'resolve', outcome: 'did_not_run', attempt: 1 }, 'k', sending)).toEqual({
      isReplay: true,
    });
    expect(trips).toEqual(['PostgreSQL: jobs.apply_command', 'Temporal: signal']);
    await expect(
      api(job, { command: 'resolve', outcome: 'ran', attempt: 1 }, 'k', sending),
    ).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    await api(job, { command: 'release' });
    expect(await scene.worker.client.wait(job)).toMatchObject({ outcome: 'failed', code: 'terminated' });
  });

  test('is not looked up for a workflow that is gone', async ({ scene }) => {
    scene.answerSubmit = (call) => call.answer(500);
    scene.answerLookup = (call) => call.answer(503);
    const job = await scene.start();
    await untilState(job, 1, 'unknown');
    await fixture.temporal.workflow.getHandle(job.jobId).terminate();
    await expect(api(job, { command: 'resolve', outcome: 'ran' })).rejects.toMatchObject({
      fields: { reason: 'not_running' },
    });
    await api(job, { command: 'release' });
  });
});

test.concurrent(
  'a command that Temporal could not be told of is applied, responds 503, and is told by the same key',
  async ({ scene }) => {
    const job = await scene.start();
    await untilState(job, 1, 'accepted');
    const before = await scene.balance();
    const nowhere = new Client({ connection: Connection.lazy({ address: '127.0.0.1:1' }) });
    const away = createSendSupportCommand({
      database: fixture.worker,
      grants: SUPERSCALE_GRANTS,
      supportWorkflows: createSupportWorkflows(nowhere),
    });
    const ask = { command: 'release' } as const;
    await expect(api(job, ask, 'k', away)).rejects.toMatchObject({ code: 'unavailable' });
    expect(await scene.balance()).toMatchObject({ reserved: before.reserved - 35 });
    // What needs a workflow is not done without one.
    const restart = { command: 'restart', from_attempt: 1 } as const;
    await expect(api(job, restart, 'r', away)).rejects.toMatchObject({ code: 'unavailable' });
    expect(scene.service.calls('cancel')).toEqual([]);

    expect(await api(job, ask, 'k')).toEqual({ isReplay: true });
    await scene.service.untilCalled('cancel');
    expect(await scene.worker.client.wait(job)).toMatchObject({ outcome: 'failed', code: 'terminated' });
  },
);

test.concurrent('a release while no worker is up returns the credits at once', async ({ scene }) => {
  const job = await scene.start();
  await untilState(job, 1, 'accepted');
  const before = await scene.balance();
  await scene.worker.stop();
  await api(job, { command: 'release' });
  expect(await scene.balance()).toMatchObject({ reserved: before.reserved - 35 });
  await scene.startWorker();
  const { rows } = await fixture.owner.query('SELECT state FROM jobs.jobs WHERE job_id = $1', [job.jobId]);
  expect(rows).toEqual([{ state: 'failed' }]);
  await fixture.temporal.workflow.getHandle(job.jobId).terminate();
});
