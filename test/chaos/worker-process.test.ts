import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDevConfig } from '../../dev/dev-config.ts';
import { chooseFreePorts, LOCAL_HOST } from '../../dev/free-ports.ts';
import { locateTemporalServer } from '../../dev/temporal-server/locate-temporal-server.ts';
import type { SupervisedChild } from '../../dev/supervisor/supervisor.ts';
import { CANARY_WORKFLOW_ID } from '../../domain/work/workflow-names.ts';
import { startRunningStack, type RunningStack } from '../integration/running-stack.ts';
import { DEPLOYMENT, startWorkerBuild, versionSettings } from './worker-build.ts';

const run = promisify(execFile);
const RUNBOOK = path.join(import.meta.dirname, '..', '..', 'docs', 'runbook.md');
const NAMESPACE = 'default';
const [BUILD_A, BUILD_B] = ['build-a', 'build-b'] as const;
/** temporal.api.enums.v1.EventType. */
const WORKFLOW_TASK_COMPLETED = 7;
/** temporal.api.enums.v1.VersioningBehavior. */
const AUTO_UPGRADE = 2;
/** temporal.api.enums.v1.RoutingConfigUpdateState. */
const ROUTING_UPDATED = 2;
/** The server learns of a version by its worker's first poll, and routes by it a moment later. */
const SOON = { timeout: 60_000, interval: 100 };

/** Of build A, which the stack runs, and of B. */
let metricsAddress: string;
let metricsAddressOfB: string;
let running: RunningStack;
let buildB: SupervisedChild | undefined;

beforeAll(async () => {
  const ports = await chooseFreePorts({ a: 0, b: 0 });
  metricsAddress = `${LOCAL_HOST}:${String(ports.a)}`;
  metricsAddressOfB = `${LOCAL_HOST}:${String(ports.b)}`;
  running = await startRunningStack(0, {
    workerEnv: { ...versionSettings(BUILD_A), WORKER_METRICS_ADDRESS: metricsAddress },
  });
});

afterAll(async () => {
  await buildB?.stop();
  await running.close();
});

/** Our deployment as the server describes it; null before the server knows it. */
async function describeDeployment() {
  const { workerDeploymentInfo } = await running.temporal.workflowService
    .describeWorkerDeployment({ namespace: NAMESPACE, deploymentName: DEPLOYMENT })
    .catch(() => ({ workerDeploymentInfo: null }));
  return workerDeploymentInfo;
}

async function registeredBuilds(): Promise<unknown[]> {
  const deployment = await describeDeployment();
  return (deployment?.versionSummaries ?? []).map((summary) => summary.deploymentVersion?.buildId);
}

/** The build that every task queue routes to; null while a change is on its way to them. */
async function routedBuild(): Promise<unknown> {
  const deployment = await describeDeployment();
  if ((deployment?.routingConfigUpdateState as number) !== ROUTING_UPDATED) return null;
  return deployment?.routingConfig?.currentDeploymentVersion?.buildId;
}

async function versioningOf(workflowId: string): Promise<unknown> {
  const { raw } = await running.temporal.workflow.getHandle(workflowId).describe();
  const info = raw.workflowExecutionInfo?.versioningInfo;
  return { behavior: info?.behavior, ...info?.deploymentVersion };
}

/** The builds that completed a workflow's tasks, in order. */
async function buildsOf(workflowId: string): Promise<unknown[]> {
  const { events } = await running.temporal.workflow.getHandle(workflowId).fetchHistory();
  return (events ?? [])
    .filter((event) => (event.eventType as number) === WORKFLOW_TASK_COMPLETED)
    .map((event) => event.workflowTaskCompletedEventAttributes?.deploymentVersion?.buildId);
}

async function makeCurrent(buildId: string): Promise<void> {
  await running.temporal.workflowService.setWorkerDeploymentCurrentVersion({
    namespace: NAMESPACE,
    deploymentName: DEPLOYMENT,
    buildId,
  });
}

/** Runs the runbook's command with the program that is also the server. */
async function makeCurrentByCommand(buildId: string): Promise<void> {
  const command = ['worker', 'deployment', 'set-current-version', '--deployment-name', DEPLOYMENT];
  const runbook = await readFile(RUNBOOK, 'utf8');
  expect(runbook.split('\n')).toContain(`temporal ${command.join(' ')} --build-id "$WORKER_BUILD_ID" --yes`);
  const program = await locateTemporalServer(readDevConfig().cacheHome, () => undefined);
  const address = running.stack.info().temporal_address;
  await run(program, [...command, '--build-id', buildId, '--yes', '--address', address]);
}

const autoUpgradeOn = (buildId: string) => ({
  behavior: AUTO_UPGRADE,
  deploymentName: DEPLOYMENT,
  buildId,
});

describe('a worker with a build id', () => {
  it('is registered as that version of its deployment, and takes work once it is current', async () => {
    await expect.poll(registeredBuilds, SOON).toContain(BUILD_A);
    expect(await buildsOf(CANARY_WORKFLOW_ID)).toEqual([]);

    await makeCurrent(BUILD_A);
    await expect.poll(() => buildsOf(CANARY_WORKFLOW_ID), SOON).toEqual([BUILD_A]);

    const account = await running.openAccount();
    const { body } = await running.submit(account, { kind: 'static_ad', brief: { headline: 'build A' } });
    expect(await running.untilEnded(account, body.id)).toMatchObject({ state: 'succeeded' });
    await running.temporal.workflow.getHandle(body.id as string).result();
    expect(await versioningOf(body.id)).toEqual(autoUpgradeOn(BUILD_A));
  });

  it('hands a running job to the next build, made current as the runbook says', async () => {
    await makeCurrent(BUILD_A);
    await expect.poll(routedBuild, SOON).toBe(BUILD_A);
    buildB = await startWorkerBuild(running, BUILD_B, metricsAddressOfB);
    await expect.poll(registeredBuilds, SOON).toContain(BUILD_B);
    const account = await running.openAccount();
    await running.stack.pause('model_service');
    const { status, body } = await running.submit(account, {
      kind: 'static_ad',
      brief: { headline: 'from A to B' },
    });
    expect(status).toBe(202);
    await expect.poll(() => buildsOf(body.id), SOON).toContain(BUILD_A);

    await makeCurrentByCommand(BUILD_B);
    await expect.poll(routedBuild, SOON).toBe(BUILD_B);
    await running.stack.resume('model_service');

    expect(await running.untilEnded(account, body.id)).toMatchObject({
      state: 'succeeded',
      billing: { committed: 35, reserved: 0 },
    });
    await running.temporal.workflow.getHandle(body.id as string).result();
    expect(await versioningOf(body.id)).toEqual(autoUpgradeOn(BUILD_B));
    const builds = await buildsOf(body.id);
    expect([builds.at(0), builds.at(-1)]).toEqual([BUILD_A, BUILD_B]);
    expect(await running.submissionsOf(body.id)).toBe(1);
    expect(await running.reconcile()).toEqual([]);
  });
});

describe('a worker with a metrics address', () => {
  it("serves the SDK's metrics for Prometheus there", async () => {
    const answer = await fetch(`http://${metricsAddress}/metrics`);
    expect(answer.status).toBe(200);
    const pollers = /^temporal_num_pollers\{.*task_queue="holdfast".*\} (\d+)$/m.exec(await answer.text());
    expect(Number(pollers?.[1])).toBeGreaterThan(0);
  });

  it('counts there what is stuck, by kind and provider (of build B, which is the current one by now)', async () => {
    const account = await running.openAccount();
    const { body: job } = await running.submit(account, {
      kind: 'static_ad',
      brief: { headline: 'late' },
      test_scenario: 'never_finishes',
      deadline_seconds: 4,
    });
    expect(await running.untilEnded(account, job.id)).toMatchObject({ state: 'failed' });
    const text = await (await fetch(`http://${metricsAddressOfB}/metrics`)).text();
    const [line = ''] = /^holdfast_outputs_stuck\{.*\} \d+$/m.exec(text) ?? [];
    expect(line).toMatch(/kind="static_ad".*provider="local"/);
    expect(line).toMatch(/ 1$/);
    const served = [...text.matchAll(/^# TYPE (holdfast_\w+) /gm)].map(([, name]) => name);
    // The runbook lists all that the code names (metrics.test.ts): no other is served.
    const runbook = await readFile(RUNBOOK, 'utf8');
    expect(served.filter((name) => !runbook.includes(`| \`${String(name)}\` |`))).toEqual([]);
    expect(served).toContain('holdfast_outputs_stuck');
  });
});
